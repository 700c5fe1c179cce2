/** The orderings that are compared, with the defaults of their settings. */
import type { OrderingHost } from 'im-kernel/contract';
import centralSequencer from '../../plugins/ordering/central-sequencer/index.ts';
import conversationOwner from '../../plugins/ordering/conversation-owner/index.ts';
import timestampWindow from '../../plugins/ordering/timestamp-window/index.ts';
import type { MakeOrdering } from './talk.ts';

type WindowSettings = Parameters<typeof timestampWindow.create>[0];

export function window(given: Partial<WindowSettings>): MakeOrdering {
  const settings: WindowSettings = { ...fallbacks(timestampWindow.config), ...given };
  return (host) => timestampWindow.create(settings, host);
}

export const modes = {
  'conversation-owner': (host: OrderingHost) =>
    conversationOwner.create(fallbacks(conversationOwner.config), host),
  'central-sequencer': (host: OrderingHost) =>
    centralSequencer.create(fallbacks(centralSequencer.config), host),
  fixed: window({ mode: 'fixed' }),
  p99: window({ mode: 'p99' }),
  lateness: window({ mode: 'lateness' }),
} as const satisfies Readonly<Record<string, MakeOrdering>>;

/** What a plugin gets that is given no settings. */
function fallbacks<T>(fields: { readonly [K in keyof T]: { readonly fallback?: T[K] } }): T {
  const entries = Object.entries<{ readonly fallback?: unknown }>(fields);
  return Object.fromEntries(entries.map(([key, { fallback }]) => [key, fallback])) as T;
}
