/**
 * When a conversation's log got how far: tells of a late message when the first of those came that
 * overtook it, so how long a reader would have had to hold them. Exact for what is new, ever
 * coarser for what is old, in bounded memory.
 */

/** Moments in memory; when they are full, each two of the older half become one. */
const MOMENTS_MAX = 128;

export class Overtaking {
  /** Ascending, both: the highest order since a moment, and that moment. */
  #orders: number[] = [];
  #times: number[] = [];

  /** The log got to `order`, its highest so far; `atMs` never falls. */
  reached(order: number, atMs: number): void {
    const last = this.#times.length - 1;
    if (this.#times[last] === atMs) {
      this.#orders[last] = order;
      return;
    }
    if (last + 1 === MOMENTS_MAX) this.#thin();
    this.#orders.push(order);
    this.#times.push(atMs);
  }

  /** When the log first got beyond `order`, or some time before that. */
  passed(order: number): number {
    let at = this.#orders.length - 1;
    while (at > 0 && (this.#orders[at - 1] ?? 0) > order) at -= 1;
    return this.#times[at] ?? 0;
  }

  #thin(): void {
    const half = MOMENTS_MAX / 2;
    this.#orders = this.#orders.filter((_, at) => at >= half || at % 2 === 1);
    this.#times = this.#times.filter((_, at) => at >= half || at % 2 === 0);
  }
}
