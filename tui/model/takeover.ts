/**
 * A change of the owner while it happens, as this terminal sees it: all of its times are from the
 * clock of this terminal. When it is over, the cluster tells the durations by the new owner's.
 */
import type { ClusterView } from '../../core/admin/protocol/index.ts';
import { newestCluster } from './connection.ts';
import { leads, lost, nodeOf, type Link } from './link.ts';

export interface Step {
  /** Since the start. */
  readonly atMs: number;
  /** over: its lease is. gone: its process has ended, whatever its lease says. */
  readonly what: 'silent' | 'planned' | 'over' | 'gone' | 'owns' | 'accepts' | 'back';
  readonly node: string;
}

export interface Change {
  /** Monotonic, ms: when the owner was last heard of, or the change was asked for. */
  readonly startedAt: number;
  /** The epoch before. */
  readonly epoch: number;
  readonly from: string;
  readonly steps: readonly Step[];
  /** The epoch that it led to; undefined: none so far. */
  readonly into: number | undefined;
  /** Set when it is over. */
  readonly endedAt: number | undefined;
}

interface Leader {
  readonly node: string;
  readonly epoch: number;
  /** Its parts run. */
  readonly open: boolean;
}

export interface Watched {
  readonly links: readonly Link[];
  /** Of the last leader that was seen. */
  readonly leader: Leader | undefined;
  readonly change: Change | undefined;
}

/** What is known after a frame, or after some silence. */
export function watchChange(watched: Watched, now: number): Pick<Watched, 'leader' | 'change'> {
  const { links, leader, change } = watched;
  const view = newestCluster(links, now);
  const leading = links.filter((link) => leads(link, now)).toSorted(byEpoch)[0];
  const seen = leading && seenOf(leading);
  const running = change && change.endedAt === undefined ? change : begun(watched, view, now);
  if (!running) return { leader: seen ?? leader, change };
  const next = gone(running, view, now);
  if (!seen) return { leader, change: next };
  return { leader: seen, change: landed(next, seen, view, now) };
}

function byEpoch(a: Link, b: Link): number {
  return (b.overview?.epoch ?? 0) - (a.overview?.epoch ?? 0);
}

function seenOf(leading: Link): Leader {
  const { epoch = 0, health } = leading.overview ?? {};
  const open = health === 'running' || health === 'degraded';
  return { node: nodeOf(leading), epoch, open };
}

function begun(
  { links, leader }: Watched,
  view: ClusterView | undefined,
  now: number,
): Change | undefined {
  if (!leader) return undefined;
  const { node: from, epoch } = leader;
  const rest = { epoch, from, into: undefined, endedAt: undefined };
  const owner = links.find((link) => nodeOf(link) === from);
  if (view?.planned && movesOn(view.planned, epoch)) {
    const step = { atMs: 0, what: 'planned', node: view.planned.to } as const;
    return { ...rest, startedAt: now, steps: [step] };
  }
  // A node that is in no cluster has nobody to be followed by.
  if (!owner?.cluster || !lost(owner, now)) return undefined;
  const startedAt = owner.heardAt ?? now;
  return { ...rest, startedAt, steps: [{ atMs: 0, what: 'silent', node: from }] };
}

function movesOn({ phase, epoch }: { phase: string; epoch: number }, current: number): boolean {
  return phase !== 'done' && phase !== 'refused' && epoch === current;
}

function gone(change: Change, view: ClusterView | undefined, now: number): Change {
  const { state } = view?.nodes.find((one) => one.node === change.from) ?? {};
  if (state !== 'over' && state !== 'gone') return change;
  const isTold = change.steps.some(({ what }) => what === 'over' || what === 'gone');
  return isTold ? change : withStep(change, state, change.from, now);
}

function landed(change: Change, seen: Leader, view: ClusterView | undefined, now: number): Change {
  if (seen.epoch > change.epoch) {
    const owned = { ...withStep(change, 'owns', seen.node, now), into: seen.epoch };
    const told = view?.takeovers.find(({ epoch }) => epoch === seen.epoch);
    const open = told?.openMs !== undefined || seen.open;
    return open ? { ...withStep(owned, 'accepts', seen.node, now), endedAt: now } : owned;
  }
  const silent = change.steps[0]?.what === 'silent';
  // One that starts anew is no owner that goes on: it will own under an epoch of its own.
  const stays = seen.node === change.from && seen.open;
  if (stays && silent) return { ...withStep(change, 'back', seen.node, now), endedAt: now };
  const refused = view?.planned?.phase === 'refused' || view?.planned?.phase === 'done';
  return stays && refused ? { ...withStep(change, 'back', seen.node, now), endedAt: now } : change;
}

function withStep(change: Change, what: Step['what'], node: string, now: number): Change {
  if (change.steps.some((step) => step.what === what)) return change;
  const step = { atMs: Math.max(0, now - change.startedAt), what, node };
  return { ...change, steps: [...change.steps, step] };
}
