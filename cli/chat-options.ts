/** From what the user typed to what the client needs. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../core/config/settings.ts';
import { localToken } from './local-token.ts';
import { load } from './plugins.ts';

export interface ChatOptions {
  readonly as: string;
  readonly to?: string;
  readonly group?: string;
  readonly server?: string;
  readonly token?: string;
  readonly device?: string;
  readonly config: string;
}

export interface ChatPlan {
  readonly user: string;
  readonly address: string;
  readonly token: string | (() => Promise<string>);
  readonly device: string;
  /** The file that holds what is not answered yet. */
  readonly outbox: string;
  /** The conversation or user written to at first. */
  readonly target: string | undefined;
}

export const NAME = /^[A-Za-z0-9._@+-]{1,64}$/;
const DEFAULT_DEVICE = 'chat';

/** What is wrong with the options themselves, in one sentence. */
export function wrongUse(options: ChatOptions): string | undefined {
  const { as, to, group, device } = options;
  if (to !== undefined && group !== undefined) return 'give --to or --group, not both';
  const names = {
    '--as': as,
    '--to': to,
    '--group': group?.replace(/^g\//, ''),
    '--device': device,
  };
  for (const [option, name] of Object.entries(names)) {
    if (name !== undefined && !NAME.test(name)) {
      return `${option} "${name}" is no name: 1-64 characters of A-Z a-z 0-9 . _ @ + -`;
    }
  }
  return undefined;
}

/** The settings by which both of our transports say where they listen. */
interface ListenConfig {
  readonly listen?: { readonly host: string; readonly port: number };
  readonly path?: string;
  readonly tls?: unknown;
}

/** Where the first transport of the configuration listens, as a client names it. */
export function addressOf(settings: Pick<Settings, 'transports'>): string {
  const [transport] = settings.transports;
  const { listen, path, tls }: ListenConfig = transport?.config ?? {};
  if (listen === undefined || listen.port === 0) {
    throw new Error(
      'the configuration names no fixed port: give --server with the address printed',
    );
  }
  // A server that listens everywhere is reached here, too.
  const host = listen.host === '0.0.0.0' || listen.host === '::' ? '127.0.0.1' : listen.host;
  const bracketed = host.includes(':') ? `[${host}]` : host;
  const plain = path === undefined ? 'tcp' : 'ws';
  const secure = path === undefined ? 'tls' : 'wss';
  return `${tls === undefined ? plain : secure}://${bracketed}:${listen.port}${path ?? ''}`;
}

function targetOf({ to, group }: ChatOptions): string | undefined {
  return group === undefined ? to : `g/${group.replace(/^g\//, '')}`;
}

/**
 * A configuration is needed for what is not given: the server, the token, the data folder. The
 * outbox lies in `<node.data>/chat`, or without a configuration in `~/.local/state/im-kernel/chat`.
 *
 * @throws ConfigError, or what the authentication throws.
 */
export async function planChat(options: ChatOptions): Promise<ChatPlan> {
  const { as, server, token, config, device = DEFAULT_DEVICE } = options;
  const alone = server !== undefined && token !== undefined;
  const settings = alone ? undefined : await load(config, { env: process.env });
  const data = settings?.node.data ?? join(homedir(), '.local', 'state', 'im-kernel');
  return {
    user: as,
    address: server ?? addressOf(settings!),
    token: token ?? (() => localToken(config, as)),
    device,
    outbox: join(data, 'chat', `${as}.${device}.outbox`),
    target: targetOf(options),
  };
}
