/**
 * When an answer is overdue: the retransmission time-out of RFC 6298, never below what the server
 * asks for. A round trip ends with the answer, so what the server takes to keep a command is in it
 * (the ack delay that RFC 9002 adds). The echo of `attempt` says which sending an answer belongs
 * to, so that repeated commands can be measured too, and Karn's rule is not needed.
 */
import type { ClientRandom } from './clock.ts';

/** How much of the time-out is random, so that clients do not repeat in step. */
const JITTER = 0.1;
/** The least that is added to the smoothed round trip: G of RFC 6298. */
const GRANULARITY_MS = 50;

/** What is known of the round trip, in ms. */
export interface RoundTrip {
  /** Smoothed; undefined: nothing was measured on this connection. */
  readonly smoothedMs: number | undefined;
  readonly varianceMs: number;
  /** After which an answer is overdue now, without jitter. */
  readonly timeoutMs: number;
}

export class Rto {
  readonly #maxMs: number;
  #minMs = 0;
  #smoothedMs: number | undefined;
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
    this.#smoothedMs = undefined;
    this.#varianceMs = 0;
    this.#doublings = 0;
  }

  /** One measured time from a sending to its answer. */
  sample(roundTripMs: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = roundTripMs;
      this.#varianceMs = roundTripMs / 2;
    } else {
      this.#varianceMs = 0.75 * this.#varianceMs + 0.25 * Math.abs(this.#smoothedMs - roundTripMs);
      this.#smoothedMs = 0.875 * this.#smoothedMs + 0.125 * roundTripMs;
    }
    this.#doublings = 0;
  }

  /** The time-out ran out: the next is twice as long, until an answer was measured. */
  expired(): void {
    this.#doublings += 1;
  }

  /** The time-out in force, in ms, without its jitter. */
  get timeoutMs(): number {
    const marginMs = Math.max(GRANULARITY_MS, 4 * this.#varianceMs);
    const measuredMs = this.#smoothedMs === undefined ? 0 : this.#smoothedMs + marginMs;
    return Math.min(this.#maxMs, Math.max(this.#minMs, measuredMs) * 2 ** this.#doublings);
  }

  get roundTrip(): RoundTrip {
    const { timeoutMs } = this;
    return { smoothedMs: this.#smoothedMs, varianceMs: this.#varianceMs, timeoutMs };
  }

  /** What to wait now, in ms. */
  waitMs(random: ClientRandom): number {
    return this.timeoutMs * (1 + JITTER * random.next());
  }
}
