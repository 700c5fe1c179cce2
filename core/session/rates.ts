/** Commands per user and second: token buckets, off by default. */
import type { Clock } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';

interface Bucket {
  tokens: number;
  atMs: number;
}

const USERS_MAX = 100_000;

export class Rates {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Takes one; false if there is none left. */
  take(user: string): boolean {
    const { messagesPerSecond, messagesBurst } = this.#limits;
    if (messagesPerSecond === 0) return true;
    const nowMs = this.#clock.monotonic();
    const bucket = this.#buckets.get(user) ?? { tokens: messagesBurst, atMs: nowMs };
    const earned = ((nowMs - bucket.atMs) * messagesPerSecond) / 1000;
    bucket.tokens = Math.min(messagesBurst, bucket.tokens + earned);
    bucket.atMs = nowMs;
    this.#remember(user, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
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
