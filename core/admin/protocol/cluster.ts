/** The nodes of a cluster, who owns what, and how that came about. */
import { z } from 'zod';
import { count, ms, wallMs } from './scalars.ts';

export const nodeRow = z.object({
  node: z.string(),
  life: z.string(),
  state: z.enum(['active', 'standby', 'leaving', 'over', 'gone']),
  /** It could follow. */
  ready: z.boolean(),
  leaseLeftMs: z.number(),
  shards: count,
  priority: z.number().optional(),
  sessions: count.optional(),
  version: z.string().optional(),
  loopDelayMs: ms.optional(),
  startedAt: wallMs.optional(),
  addresses: z.array(z.string()),
  link: z.string().optional(),
  gateway: z.string().optional(),
  /** Where its admin API is, if it told. */
  admin: z.string().optional(),
  problem: z.string().optional(),
});

export const planned = z.object({
  to: z.string(),
  epoch: count,
  phase: z.string(),
  by: z.string(),
  at: wallMs,
  why: z.string().optional(),
});

/** One change of the owner, as the new one had it; durations by its own clock. */
export const takeover = z.object({
  epoch: count,
  node: z.string(),
  /** Absent: nobody had owned the shards. */
  from: z.string().optional(),
  kind: z.enum(['start', 'failover', 'switchover', 'takeover']),
  /** When it took the shards. */
  at: wallMs,
  /** From then until it took commands; absent: it has not said yet. */
  openMs: ms.optional(),
});

export const clusterView = z.object({
  name: z.string(),
  epoch: count,
  /** The node that serves; absent: nobody does. */
  active: z.string().optional(),
  last: z.string().optional(),
  /** The failover policy of the node that says this. */
  policy: z.string(),
  now: wallMs,
  shards: count,
  nodes: z.array(nodeRow),
  planned: planned.optional(),
  /** Newest first. */
  takeovers: z.array(takeover),
  /** It handed over as planned, and begins again: it is not among the nodes yet. Absent: nobody. */
  returning: z.object({ node: z.string(), agoMs: ms }).optional(),
  problems: z.array(
    z.object({
      by: z.string().optional(),
      code: z.string(),
      message: z.string(),
      act: z.string(),
    }),
  ),
});

export const changeInput = {
  to: z.string().min(1).max(63).describe('The node that follows.'),
  expectEpoch: z.coerce
    .number()
    .int()
    .min(0)
    .describe('The epoch that you saw: under another, nothing is done.'),
};

export const changed = z.object({ active: z.string(), epoch: count });
