/** Whether a seed's node retires bodies, and after how long. Small, so that it happens in a run. */
import type { Limits } from '../../core/config/limits.ts';
import { Prng } from './prng.ts';

export interface RetentionPlan {
  /** Undefined: bodies are kept for ever. */
  readonly keepBodiesMs: number | undefined;
  readonly limits: Pick<Limits, 'retireEntries' | 'retirePause' | 'retireEvery'>;
}

/** Another stream than that of the plan, from the same seed: it shifts nothing else. */
const STREAM = 0x2e71;

export function drawRetention(seed: number): RetentionPlan {
  const prng = new Prng(seed ^ STREAM);
  return {
    keepBodiesMs: prng.chance(0.3) ? prng.pick([200, 2_000, 10_000]) : undefined,
    limits: {
      retireEntries: prng.pick([1, 7, 128]),
      retirePause: prng.pick([1, 20]),
      retireEvery: prng.pick([100, 1_000]),
    },
  };
}
