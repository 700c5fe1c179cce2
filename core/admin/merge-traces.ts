/** One life of a message out of what several nodes know of it, as after a takeover. */
import type { Trace } from '../path/trace/trace.ts';

/**
 * Each node's hops stay in its own sequence; those of several stand side by side by the wall clocks
 * that their machines have, which are compared and never subtracted. Of a node that answered twice
 * the later answer counts. What the store says is taken from the node that owns the shard, if one
 * does. `parts`: at least one.
 */
export function mergeTraces(parts: readonly [Trace, ...(readonly Trace[])]): Trace {
  const latest = new Map<string, Trace>();
  for (const part of parts) {
    const { node, now } = part.nodes[0] ?? { node: '', now: 0 };
    const other = latest.get(node);
    if (!other || (other.nodes[0]?.now ?? 0) <= now) latest.set(node, part);
  }
  const told = [...latest.values()];
  const owners = told.filter(({ nodes }) => nodes.some(({ epoch }) => epoch !== undefined));
  const durable = [...owners, ...told].find(({ entry }) => entry);
  const command = durable?.command ?? told.find((part) => part.command)?.command;
  return {
    key: parts[0].key,
    nodes: told.flatMap(({ nodes }) => nodes),
    command,
    entry: durable?.entry,
    hops: sideBySide(told.map(({ hops }) => hops)),
    standing: durable?.standing,
  };
}

/** Merges sequences by the time of their heads: none of them is put out of its own order. */
function sideBySide(sequences: readonly Trace['hops'][]): Trace['hops'] {
  const heads = sequences.map(() => 0);
  const merged: Trace['hops'][number][] = [];
  for (;;) {
    let first = -1;
    let firstAt = Infinity;
    for (const [one, hops] of sequences.entries()) {
      const at = hops[heads[one] ?? 0]?.at ?? Infinity;
      if (at < firstAt) [first, firstAt] = [one, at];
    }
    const hop = sequences[first]?.[heads[first] ?? 0];
    if (!hop) return merged;
    merged.push(hop);
    heads[first] = (heads[first] ?? 0) + 1;
  }
}
