/**
 * Quantiles of times, the newer the heavier: a histogram of 64 buckets whose bounds grow by a fifth
 * each, from 1 ms to a minute (after DDSketch), with exponential forgetting (as the delay manager
 * of NetEQ has it). To forget, it does not touch the buckets: what comes later weighs more.
 */
const BUCKETS = 64;
const TOP_MS = 60_000;
/** The bound of the last bucket but one is `TOP_MS`. */
const GROWTH = Math.log(TOP_MS) / (BUCKETS - 2);
/** The weights are divided by this once one sample weighs that much: doubles stay exact enough. */
const UNIT_MAX = 2 ** 40;

export class QuantileSketch {
  readonly #weights = new Float64Array(BUCKETS);
  #total = 0;
  /** What a sample weighs now. */
  #unit = 1;

  /** Everything so far weighs `share` of what it did: above 0, at most 1. */
  forget(share: number): void {
    this.#unit /= share;
    if (this.#unit < UNIT_MAX) return;
    for (let at = 0; at < BUCKETS; at += 1) {
      this.#weights[at] = (this.#weights[at] ?? 0) / this.#unit;
    }
    this.#total /= this.#unit;
    this.#unit = 1;
  }

  add(ms: number): void {
    const at = bucketOf(ms);
    this.#weights[at] = (this.#weights[at] ?? 0) + this.#unit;
    this.#total += this.#unit;
  }

  /**
   * A time, in ms, which at most one in a hundred times (100 - `percentile`) samples exceed: at
   * most a fifth too long. The longest that weigh as much as `outliers` new samples together are
   * left out of account, so 0 if there are no others.
   */
  quantile(percentile: number, outliers: number): number {
    const beyond = Math.max((this.#total * (100 - percentile)) / 100, outliers * this.#unit);
    let weight = 0;
    for (let at = BUCKETS - 1; at > 0; at -= 1) {
      weight += this.#weights[at] ?? 0;
      if (weight > beyond) return Math.exp(at * GROWTH);
    }
    return 0;
  }
}

/** Bucket 0 is for less than 1 ms; bucket n ends at exp(n * GROWTH). */
function bucketOf(ms: number): number {
  if (!(ms >= 1)) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(ms) / GROWTH));
}
