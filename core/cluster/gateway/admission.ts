/**
 * How many clients are let through per second: a token bucket. Who is refused is told when there
 * will be room for it, behind those who were refused before it, so that a storm spreads itself.
 */
import type { Clock } from '../../contract/index.ts';

/** Nobody is told to wait longer. */
const WAIT_MAX_MS = 30_000;

export class Admission {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;
  #tokens: number;
  /** Those who were refused and are expected back. */
  #awaited = 0;
  #atMs: number;

  /** `perSecond` 0: no bound. */
  constructor(perSecond: number, burst: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#clock = clock;
    this.#tokens = burst;
    this.#atMs = clock.monotonic();
  }

  /** 0: it is let through; else how long it should wait, ms. */
  take(): number {
    if (this.#perSecond === 0) return 0;
    this.#pass();
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    const mostAwaited = (WAIT_MAX_MS / 1_000) * this.#perSecond;
    this.#awaited = Math.min(mostAwaited, this.#awaited + 1);
    return Math.ceil((this.#awaited / this.#perSecond) * 1_000);
  }

  #pass(): void {
    const nowMs = this.#clock.monotonic();
    const earned = ((nowMs - this.#atMs) * this.#perSecond) / 1_000;
    this.#atMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned);
    this.#awaited = Math.max(0, this.#awaited - earned);
  }
}
