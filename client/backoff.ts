/**
 * Waits between attempts to connect: exponential with full jitter, so that a thousand clients that
 * lost one server do not come back in step (the "full jitter" of Brooker, Exponential Backoff and
 * Jitter, 2015).
 */
import type { ClientRandom } from './clock.ts';

export interface BackoffLimits {
  readonly reconnectBaseMs: number;
  readonly reconnectMaxMs: number;
  readonly stableMs: number;
}

export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: ClientRandom;
  #failures = 0;

  constructor(limits: BackoffLimits, random: ClientRandom) {
    this.#limits = limits;
    this.#random = random;
  }

  /**
   * The next wait in ms: uniform in [0, min(max, base × 2^k)), k counting the waits since the last
   * reset. The upper end is not below `leastMs`.
   */
  next(leastMs = 0): number {
    const { reconnectBaseMs, reconnectMaxMs } = this.#limits;
    const grownMs = reconnectBaseMs * 2 ** this.#failures;
    const ceilingMs = Math.min(reconnectMaxMs, Math.max(leastMs, grownMs));
    if (ceilingMs < reconnectMaxMs) this.#failures += 1;
    return this.#random.next() * ceilingMs;
  }

  /** What failed before is over. */
  reset(): void {
    this.#failures = 0;
  }

  /** A connection ended that had been welcome for `onlineMs`. */
  ended(onlineMs: number): void {
    if (onlineMs >= this.#limits.stableMs) this.reset();
  }
}
