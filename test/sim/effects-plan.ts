/**
 * Which guards and consumers a seed has, what they do to which entry, and what goes wrong with
 * them. Drawn from a generator of its own, so that it shifts nothing else of the plan.
 */
import { Prng } from './prng.ts';
import { checksum } from './trace.ts';

/** What a guard or a consumer may come to do now and then. */
export type Trouble = 'slow' | 'hangs' | 'throws' | 'ill-formed';

/** It is well for `everyMs`, then has one of these for `lastsMs`; both are means. */
export interface Ailing {
  readonly troubles: readonly Trouble[];
  readonly everyMs: number;
  readonly lastsMs: number;
}

export interface GuardPlan extends Ailing {
  readonly name: string;
  readonly onFailure: 'refuse' | 'allow';
  readonly timeLimit: number;
  /** Mean time of a look; 0: it answers without a promise. */
  readonly lookMs: number;
  /** Shares of the messages. */
  readonly refuses: number;
  readonly changes: number;
}

export interface ConsumerPlan extends Ailing {
  readonly name: string;
  readonly timeLimit: number;
  readonly tries: number;
  readonly retryFrom: number;
  readonly concurrency: number;
  /** Mean time of an effect. */
  readonly effectMs: number;
  /** Shares of the entries: it asks for them to be set aside, or fails with them every time. */
  readonly undeliverable: number;
  readonly poisonous: number;
}

export interface EffectsPlan {
  readonly guards: readonly GuardPlan[];
  readonly consumers: readonly ConsumerPlan[];
}

/** Another stream than that of the plan, from the same seed. */
const STREAM = 0x6a7d;

function drawAiling(prng: Prng, troubles: readonly Trouble[]): Ailing {
  const well = prng.chance(0.4);
  return {
    troubles: well ? [] : prng.some(troubles, 0.5),
    everyMs: prng.pick([500, 3_000, 10_000]),
    lastsMs: prng.pick([50, 1_000, 5_000]),
  };
}

function drawGuard(prng: Prng, index: number): GuardPlan {
  const timeLimit = prng.pick([20, 100, 1_000]);
  return {
    name: `guard-${index + 1}`,
    onFailure: prng.pick(['refuse', 'refuse', 'allow']),
    timeLimit,
    lookMs: timeLimit * prng.pick([0, 0, 0.01, 0.08]),
    refuses: prng.pick([0, 0.1, 0.3]),
    changes: prng.pick([0, 0.1, 0.5]),
    ...drawAiling(prng, ['slow', 'hangs', 'throws', 'ill-formed']),
  };
}

function drawConsumer(prng: Prng, index: number): ConsumerPlan {
  return {
    name: `consumer-${index + 1}`,
    timeLimit: prng.pick([50, 500, 5_000]),
    tries: prng.pick([1, 3, 10]),
    retryFrom: prng.pick([5, 100]),
    concurrency: prng.pick([1, 2, 4]),
    effectMs: prng.pick([0, 0, 1, 4]),
    undeliverable: prng.pick([0, 0, 0.02]),
    poisonous: prng.pick([0, 0, 0.02]),
    ...drawAiling(prng, ['slow', 'hangs', 'throws']),
  };
}

export function drawEffects(seed: number): EffectsPlan {
  const prng = new Prng(seed ^ STREAM);
  const several = <T>(counts: readonly number[], draw: (prng: Prng, index: number) => T): T[] =>
    Array.from({ length: prng.pick(counts) }, (_, index) => draw(prng, index));
  return {
    guards: several([0, 0, 0, 1, 2], drawGuard),
    consumers: several([0, 0, 1, 1, 2], drawConsumer),
  };
}

/** From 0 to 1, the same for one entry every time; it may come again. */
export function lotOf(name: string, id: string): number {
  return checksum(Buffer.from(`${name} ${id}`)) / 0x1_0000_0000;
}
