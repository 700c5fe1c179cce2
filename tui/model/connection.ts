/** Whom this terminal follows, and how sure it may be of what it shows. */
import type { ClusterView } from '../../core/admin/protocol/index.ts';
import {
  ageMs,
  alive,
  denied,
  down,
  leads,
  lost,
  nodeOf,
  refuses,
  STALE_MS,
  type Link,
} from './link.ts';

export type ConnectionState =
  | 'CONNECTING'
  | 'LIVE'
  | 'STALE'
  | 'LOST'
  | 'RESUMING'
  | 'NO LEADER'
  | 'ALL DOWN'
  | 'SPLIT'
  | 'DENIED'
  | 'REFUSED'
  | 'SKEW';

export interface Connection {
  readonly state: ConnectionState;
  /** The node that is followed, or was. */
  readonly via: string | undefined;
  /** The one before it, for a while after the change. */
  readonly was: string | undefined;
  /** Since when it is so: since something was heard, or since somebody led, ms. */
  readonly ageMs: number;
  /** SPLIT: they claim the same epoch, so nothing fences either. */
  readonly alarm: boolean;
}

export interface Following {
  readonly links: readonly Link[];
  /** The name of the link that is followed. */
  readonly preferred: string | undefined;
  readonly was: string | undefined;
  readonly changedAt: number;
  /** Given by the operator: this node and no other. */
  readonly pinned: string | undefined;
  /** When somebody was last seen to lead. */
  readonly ledAt: number | undefined;
  /** Views that this program cannot read. */
  readonly hidden: number;
}

/** For how long the header tells of a change. */
const RESUMING_MS = 5_000;

/** The newest picture of the cluster among those that answer. */
export function newestCluster(links: readonly Link[], now: number): ClusterView | undefined {
  const told = links.filter((link) => alive(link, now) && link.cluster);
  return told.toSorted((a, b) => (b.cluster?.epoch ?? 0) - (a.cluster?.epoch ?? 0))[0]?.cluster;
}

/** Whom to follow now: the pinned one; else who leads; else the same; else anybody who answers. */
export function choose(following: Following, now: number): Following {
  const { links, pinned, preferred } = following;
  const led = links.some((link) => leads(link, now)) ? now : following.ledAt;
  const next = pinned === undefined ? bestOf(following, now) : linkOf(links, pinned);
  if (!next || next.name === preferred) return { ...following, ledAt: led };
  // Before anybody was seen to lead, there was nothing to come back from.
  const first = preferred === undefined || following.ledAt === undefined;
  const was = first ? undefined : preferred;
  return { ...following, ledAt: led, preferred: next.name, was, changedAt: now };
}

function bestOf({ links, preferred }: Following, now: number): Link | undefined {
  const leading = links.filter((link) => leads(link, now)).toSorted(byEpoch)[0];
  const same = links.find(({ name }) => name === preferred);
  if (leading) return leading;
  if (same && alive(same, now)) return same;
  return links.find((link) => alive(link, now)) ?? same ?? links[0];
}

function byEpoch(a: Link, b: Link): number {
  return (b.overview?.epoch ?? 0) - (a.overview?.epoch ?? 0);
}

/** By the name of a link or of its node. */
export function linkOf(links: readonly Link[], name: string): Link | undefined {
  return links.find((link) => link.name === name) ?? links.find((link) => nodeOf(link) === name);
}

export function connectionOf(following: Following, now: number): Connection {
  const { links, preferred, was, changedAt } = following;
  const link = links.find(({ name }) => name === preferred) ?? links[0];
  const before = was === undefined ? undefined : linkOf(links, was);
  const changed = before !== undefined && now - changedAt < RESUMING_MS;
  const { state, sinceMs, alarm = false } = judge(following, link, changed, now);
  return {
    state,
    via: link && nodeOf(link),
    was: changed ? nodeOf(before) : undefined,
    ageMs: sinceMs,
    alarm,
  };
}

interface Judged {
  readonly state: ConnectionState;
  readonly sinceMs: number;
  readonly alarm?: boolean;
}

function judge(
  following: Following,
  link: Link | undefined,
  changed: boolean,
  now: number,
): Judged {
  const { links, ledAt } = following;
  const sinceMs = link ? ageMs(link, now) : Number.POSITIVE_INFINITY;
  if (!links.some((one) => alive(one, now))) return { state: silence(links, now), sinceMs };
  const split = claims(links, now);
  if (split) return { state: 'SPLIT', sinceMs, alarm: split.same };
  const leaderless = leaderlessState(links, now);
  const ledMs = now - (ledAt ?? now);
  if (leaderless !== undefined) return { state: leaderless, sinceMs: ledMs };
  if (!link || !alive(link, now)) return { state: 'LOST', sinceMs };
  if (sinceMs >= STALE_MS) return { state: 'STALE', sinceMs };
  if (changed) return { state: 'RESUMING', sinceMs };
  return { state: following.hidden > 0 ? 'SKEW' : 'LIVE', sinceMs };
}

function silence(links: readonly Link[], now: number): ConnectionState {
  if (links.length > 0 && links.every(denied)) return 'DENIED';
  if (links.every((link) => down(link, now))) {
    if (links.some(denied)) return 'DENIED';
    return links.some(refuses) ? 'REFUSED' : 'ALL DOWN';
  }
  return links.some(({ heardAt }) => heardAt !== undefined) ? 'LOST' : 'CONNECTING';
}

/** Two that both say that they serve. */
function claims(links: readonly Link[], now: number): { readonly same: boolean } | undefined {
  const epochs = new Map<string, number>();
  for (const link of links) {
    if (leads(link, now) && link.overview?.standing === 'active') {
      epochs.set(nodeOf(link), link.overview.epoch ?? 0);
    }
  }
  if (epochs.size < 2) return undefined;
  const [highest = 0, second = 0] = [...epochs.values()].toSorted((a, b) => b - a);
  return { same: highest === second };
}

/** Somebody answers, but nobody says that it leads. */
function leaderlessState(links: readonly Link[], now: number): ConnectionState | undefined {
  if (links.some((link) => leads(link, now))) return undefined;
  const view = newestCluster(links, now);
  if (!view) return undefined;
  if (view.active === undefined) return 'NO LEADER';
  const owner = links.find((link) => nodeOf(link) === view.active);
  if (owner && refuses(owner)) return 'REFUSED';
  if (owner && lost(owner, now)) return 'LOST';
  return owner?.overview?.standing === 'silent' ? 'NO LEADER' : undefined;
}
