/** So much per user and second, and so much at once: token buckets. */
import type { Rate } from '../config/rate-of.ts';
import type { Clock } from '../contract/index.ts';

interface Bucket {
  tokens: number;
  atMs: number;
}

const USERS_MAX = 100_000;

export class Rates {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one; false if there is none left. */
  take(user: string): boolean {
    const { perSecond, burst } = this.#rate;
    if (perSecond === 0) return true;
    const nowMs = this.#clock.monotonic();
    const bucket = this.#buckets.get(user) ?? { tokens: burst, atMs: nowMs };
    const earned = ((nowMs - bucket.atMs) * perSecond) / 1000;
    bucket.tokens = Math.min(burst, bucket.tokens + earned);
    bucket.atMs = nowMs;
    this.#remember(user, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** What was taken last had no use. */
  giveBack(user: string): void {
    const bucket = this.#buckets.get(user);
    if (bucket) bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + 1);
  }

  #remember(user: string, bucket: Bucket): void {
    this.#buckets.delete(user);
    this.#buckets.set(user, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= USERS_MAX) return;
      this.#buckets.delete(oldest);
    }
  }
}
