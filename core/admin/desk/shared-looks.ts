/**
 * What several viewers ask within one moment is looked up once, whoever watches. A look that hangs,
 * as on a store that says nothing, holds nobody up: they hear that it is late, and whoever asks
 * when it has ended is told what it saw.
 */
import { ImError, type Clock } from '../../contract/index.ts';
import { settledWithin } from '../../kernel/within.ts';

/** Shorter than the shortest interval of a stream: nobody sees the same picture twice. */
const FRESH_MS = 200;
/** Below what a viewer takes for a sign that its node hangs. */
const LATE_MS = 1_000;
const KEPT_MAX = 200;

interface Look {
  readonly atMs: number;
  readonly view: Promise<unknown>;
  /** Under way, or over and told to nobody. */
  isUntold: boolean;
}

export class SharedLooks {
  readonly #clock: Clock;
  readonly #looks = new Map<string, Look>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `key`: the same for those who ask the same. Rejects as the look does; IM_ADMIN_AWAY: late. */
  async of(key: string, look: () => Promise<unknown>): Promise<unknown> {
    const atMs = this.#clock.monotonic();
    const known = this.#looks.get(key);
    const isGood = known && (known.isUntold || atMs - known.atMs < FRESH_MS);
    const one = isGood ? known : { atMs, view: look(), isUntold: true };
    if (one !== known && this.#looks.size >= KEPT_MAX) this.#looks.clear();
    this.#looks.set(key, one);
    if (!(await settledWithin(this.#clock, LATE_MS, one.view))) {
      throw new ImError('IM_ADMIN_AWAY', { why: `no answer within ${LATE_MS / 1_000} s` });
    }
    one.isUntold = false;
    return one.view;
  }
}
