/**
 * How many clients are let through per second: a token bucket. Who is refused is told when there
 * will be room for it, behind those who were refused before it, so that a storm spreads itself.
 */
import type { Rate } from '../../config/rate-of.ts';
import type { Clock } from '../../contract/index.ts';

/** Nobody is told to wait longer. */
const WAIT_MAX_MS = 30_000;

export class Admission {
  readonly #rate: Rate;
  readonly #clock: Clock;
  #tokens: number;
  /** Those who were refused and are expected back. */
  #awaited = 0;
  #atMs: number;

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
    this.#tokens = rate.burst;
    this.#atMs = clock.monotonic();
  }

  /** 0: it is let through; else how long it should wait, ms. */
  take(): number {
    const { perSecond } = this.#rate;
    if (perSecond === 0) return 0;
    this.#pass();
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    const mostAwaited = (WAIT_MAX_MS / 1_000) * perSecond;
    this.#awaited = Math.min(mostAwaited, this.#awaited + 1);
    return Math.ceil((this.#awaited / perSecond) * 1_000);
  }

  #pass(): void {
    const { perSecond, burst } = this.#rate;
    const nowMs = this.#clock.monotonic();
    const earned = ((nowMs - this.#atMs) * perSecond) / 1_000;
    this.#atMs = nowMs;
    this.#tokens = Math.min(burst, this.#tokens + earned);
    this.#awaited = Math.max(0, this.#awaited - earned);
  }
}
