/**
 * When an answer is overdue: the retransmission time-out of RFC 6298, never below what the server
 * asks for. The echo of `attempt` says which sending an answer belongs to, so that every sample is
 * sound (no need for Karn's rule).
 */
import type { ClientRandom } from './clock.ts';

/** How much of the time-out is random, so that clients do not repeat in step. */
const JITTER = 0.1;

export class Rto {
  readonly #maxMs: number;
  #minMs = 0;
  #smoothMs: number | undefined;
  #varianceMs = 0;
  #doublings = 0;

  constructor(maxMs: number) {
    this.#maxMs = maxMs;
  }

  /**
   * A new connection: `minMs` is WELCOME's `retransmitMs`; the way may differ, so what was measured
   * is forgotten.
   */
  reset(minMs: number): void {
    this.#minMs = minMs;
    this.#smoothMs = undefined;
    this.#varianceMs = 0;
    this.#doublings = 0;
  }

  /** One measured time from a sending to its answer. */
  sample(roundTripMs: number): void {
    if (this.#smoothMs === undefined) {
      this.#smoothMs = roundTripMs;
      this.#varianceMs = roundTripMs / 2;
    } else {
      this.#varianceMs = 0.75 * this.#varianceMs + 0.25 * Math.abs(this.#smoothMs - roundTripMs);
      this.#smoothMs = 0.875 * this.#smoothMs + 0.125 * roundTripMs;
    }
    this.#doublings = 0;
  }

  /** An answer came, whether it could be measured or not. */
  progress(): void {
    this.#doublings = 0;
  }

  /** The time-out ran out: the next is twice as long. */
  expired(): void {
    this.#doublings += 1;
  }

  /** The time-out in force, in ms, without its jitter. */
  get timeoutMs(): number {
    const measuredMs = (this.#smoothMs ?? 0) + 4 * this.#varianceMs;
    return Math.min(this.#maxMs, Math.max(this.#minMs, measuredMs) * 2 ** this.#doublings);
  }

  /** What to wait now, in ms. */
  waitMs(random: ClientRandom): number {
    return this.timeoutMs * (1 + JITTER * random.next());
  }
}
