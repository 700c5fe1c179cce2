/**
 * The holder's side of its lease: counted on the monotonic clock from before the request that
 * renewed it, so that it ends here before it ends in the store. Whatever goes out to peers asks
 * `open` at that moment: after a pause no timer can be trusted to have run first.
 */
import type { Clock } from '../contract/index.ts';

/** The part of a lease, at its end, in which its holder is silent already. */
export const SILENT_PART = 0.2;

export class Lease {
  readonly #clock: Clock;
  #needed = false;
  #lost = false;
  #untilMs = -Infinity;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True if nothing is owned by lease, or the lease runs. */
  get open(): boolean {
    return this.leftMs > 0;
  }

  /** For how long it runs if it is not renewed, ms; Infinity: none is needed. */
  get leftMs(): number {
    if (this.#lost) return 0;
    return this.#needed ? Math.max(0, this.#untilMs - this.#clock.monotonic()) : Infinity;
  }

  /** From now on nothing goes out without it. */
  need(): void {
    this.#needed = true;
  }

  /** The store has renewed it for `leaseMs`, upon a request made at `askedMs`, monotonic. */
  renewed(askedMs: number, leaseMs: number): void {
    this.#untilMs = Math.max(this.#untilMs, askedMs + leaseMs * (1 - SILENT_PART));
    if (!this.open) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run();
  }

  /** It is lost for good. */
  end(): void {
    this.#lost = true;
  }

  /** Runs once the lease runs again; never, if it is lost. */
  whenOpen(run: () => void): void {
    this.#waiting.push(run);
  }
}
