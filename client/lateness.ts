/**
 * By how much an arrival comes too late: the time since the first one that belongs behind it. To
 * tell, it is enough to remember the arrivals that were the highest so far.
 */

/** Those within this part of the span count as one: an arrival may count as so much later. */
const PARTS = 64;

interface Peak {
  order: number;
  readonly atMs: number;
}

export class Lateness {
  #peaks: Peak[] = [];

  /** In ms; undefined: it is in its place, or nothing behind it came within the last `spanMs`. */
  arrived(order: number, nowMs: number, spanMs: number): number | undefined {
    const past = this.#peaks.findIndex(({ atMs }) => atMs >= nowMs - spanMs);
    if (past !== 0) this.#peaks.splice(0, past < 0 ? Infinity : past);
    const highest = this.#peaks.at(-1);
    if (highest === undefined || order > highest.order) {
      if (highest !== undefined && nowMs - highest.atMs < spanMs / PARTS) highest.order = order;
      else this.#peaks.push({ order, atMs: nowMs });
      return undefined;
    }
    const first = this.#peaks.find((peak) => peak.order > order);
    return first === undefined ? undefined : nowMs - first.atMs;
  }

  /** Another connection's delays tell nothing about how far this one's arrivals are late. */
  forget(): void {
    this.#peaks = [];
  }
}
