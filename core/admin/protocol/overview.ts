/** One node at a glance. */
import { z } from 'zod';
import { count, ms, name, wallMs } from './scalars.ts';

export const partState = z.enum([
  'created',
  'starting',
  'running',
  'degraded',
  'stopping',
  'stopped',
  'failed',
]);

/** Quantiles of what was measured since the node's start: at most 10 % too high. */
export const quantiles = z.object({
  count,
  p50: z.number(),
  p90: z.number(),
  p99: z.number(),
  max: z.number(),
});

export const trouble = z.object({
  part: z.string(),
  state: partState,
  why: z.string(),
  code: z.string().optional(),
  /** What to do. */
  act: z.string().optional(),
});

/**
 * alone: it is in no cluster. active: it owns shards. silent: so it does, but its lease is over and
 * it answers nobody. standby: it could follow. leaving: it hands over or stops. starting: none yet.
 * sequencer, gateway: it is no node.
 */
export const standing = z.enum([
  'alone',
  'active',
  'silent',
  'standby',
  'leaving',
  'starting',
  'sequencer',
  'gateway',
]);

/** Per second, over the time since the sample before. */
export const rates = z.object({
  accepted: z.number(),
  refused: z.number(),
  repeated: z.number(),
  delivered: z.number(),
});

export const overview = z.object({
  node: name,
  /** Of this process and of no other. */
  life: z.string(),
  cluster: z.string().optional(),
  version: z.string(),
  standing,
  /** The highest of its shards'; absent: it has seen none. */
  epoch: count.optional(),
  /** The node that serves, as this one sees it. */
  active: z.string().optional(),
  health: partState,
  now: wallMs,
  startedAt: wallMs,
  addresses: z.array(z.string()),
  sessions: count,
  rates,
  /** Since the start. */
  totals: z.object({ accepted: count, refused: count, repeated: count, delivered: count }),
  commitMs: quantiles,
  /** Commands that wait in lanes. */
  queue: count,
  loopDelayMs: ms,
  residentBytes: count,
  parts: z.object({ running: count, degraded: count, failed: count, other: count }),
  troubles: z.array(trouble),
});
