/** The screens, in the sequence of their keys, and the lists that they have. */
import type { Screen } from '../../core/admin/verbs.ts';

export interface ScreenName {
  readonly screen: Screen;
  readonly short: string;
}

export const SCREENS: readonly ScreenName[] = [
  { screen: 'overview', short: 'over' },
  { screen: 'sessions', short: 'sess' },
  { screen: 'conversations', short: 'conv' },
  { screen: 'plugins', short: 'plug' },
  { screen: 'store', short: 'store' },
  { screen: 'ordering', short: 'order' },
  { screen: 'cluster', short: 'clust' },
  { screen: 'events', short: 'event' },
  { screen: 'config', short: 'conf' },
];

/** Panels of the overview, as the tab key goes through them, and where enter leads. */
export const PANELS: readonly Screen[] = ['cluster', 'sessions', 'plugins', 'events'];

/** What a row is known by, in words, and what it can be sorted by. */
export interface ListRule {
  readonly key: string;
  /** Fields by which the server sorts; the first one with `-` is what the list begins with. */
  readonly sorts: readonly string[];
  readonly sort: string;
}

export const LISTS: Readonly<Partial<Record<Screen, ListRule>>> = {
  sessions: {
    key: 'id',
    sorts: [
      'queuedBytes',
      'commandsPerS',
      'unanswered',
      'ageMs',
      'idleMs',
      'sentBytes',
      'user',
      'state',
    ],
    sort: '-queuedBytes',
  },
  conversations: {
    key: 'id',
    sorts: ['lastAt', 'members', 'head', 'id', 'shard'],
    sort: '-lastAt',
  },
  plugins: { key: 'name', sorts: ['role', 'name', 'state', 'startMs'], sort: 'role' },
  'dead-letters': {
    key: 'consumer conversation position',
    sorts: ['consumer', 'at', 'attempts', 'conversation', 'position'],
    sort: 'consumer',
  },
  cluster: { key: 'node', sorts: [], sort: '' },
  events: { key: 'id', sorts: [], sort: '' },
  config: { key: 'path', sorts: [], sort: '' },
};

/** Nodes are few: nobody looks for one among them. */
export function filters(screen: Screen): boolean {
  return screen !== 'cluster' && LISTS[screen] !== undefined;
}
