/**
 * The node that handed over as planned begins another life, and for a moment is not there: that is
 * told, for a node that is missing looks like one that is lost.
 */
import type { TakeoverNote } from '../cluster/takeover-log.ts';

export interface Returning {
  readonly node: string;
  /** Since the other one had the shards, by the clocks of that one and of the store. */
  readonly agoMs: number;
}

/** Then it is away, not on its way. */
const AWAY_MS = 600_000;

/** `nodes`: the names of those that are there; `now`: wall clock, ms. */
export function returningOf(
  takeovers: readonly TakeoverNote[],
  nodes: readonly string[],
  now: number,
): Returning | undefined {
  const [last] = takeovers;
  if (last?.kind !== 'switchover' || last.from === undefined) return undefined;
  if (nodes.includes(last.from)) return undefined;
  const agoMs = Math.max(0, Math.round(now - last.at));
  return agoMs > AWAY_MS ? undefined : { node: last.from, agoMs };
}

export function returningText({ node, agoMs }: Returning): string {
  const seconds = (agoMs / 1_000).toFixed(1);
  return `${node} handed over ${seconds} s ago, and has not come back yet`;
}
