/**
 * Whether somebody starts a second sequencer on the register of the node's own, by mistake. Only a
 * database lets another process in: a log on a disk is locked, one in memory nobody else sees.
 */
import type { Plan } from './plan.ts';
import { Prng } from './prng.ts';

export interface RivalPlan {
  readonly comesAtMs: number;
  /** Mean time between two batches of numbers that it hands out, and how many are in one. */
  readonly everyMs: number;
  readonly batchMax: number;
  /** Mean time until its process ends. */
  readonly staysMs: number;
  /** Mean time until somebody starts the node again, whether the other is gone or not. */
  readonly restartMs: number;
}

/** Another stream than that of the plan, from the same seed: it shifts nothing else. */
const STREAM = 0x21fa1;

export function drawRival(plan: Omit<Plan, 'rival' | 'cluster'>): RivalPlan | undefined {
  const { seed, ordering, store, commands, thinkMs, devices } = plan;
  const prng = new Prng(seed ^ STREAM);
  const sequenced = ordering === 'sequencer' || ordering === 'groups';
  if (!sequenced || store !== 'database' || prng.chance(0.25)) return undefined;
  const workMs = (commands * thinkMs) / devices.length;
  return {
    comesAtMs: prng.next() * 0.3 * workMs,
    everyMs: prng.pick([5, 50]),
    batchMax: prng.pick([1, 8, 64]),
    staysMs: prng.pick([200, 2_000, 10_000]),
    restartMs: prng.pick([500, 3_000, 10_000]),
  };
}
