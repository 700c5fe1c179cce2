/**
 * How far out of place messages arrive, lately: a log histogram whose past fades, and the hold that
 * it asks for. The hold is the one that costs least, where a ms of waiting costs 1 and a hundredth
 * of all messages shown out of place costs `PERCENT_MS` (the reorder optimiser of WebRTC's NetEQ
 * weighs delay against loss in the same way). Messages in place count too, so that rare disorder
 * delays nobody.
 */

/** Bucket i holds what was late by at most 2^(i/2) ms; the last one everything above, too. */
const BUCKETS = 36;
const BUCKETS_PER_DOUBLING = 2;
/** Of its weight a message keeps this much with each later one: about the last thousand count. */
const KEPT = 0.999;
/** New messages weigh more instead of old ones less; at this weight everything is scaled down. */
const HEAVY = 1e9;
/** Nothing is concluded from fewer messages. */
const ENOUGH = 50;
const PERCENT_MS = 20;
const PERCENTS = 100;

export class Disorder {
  readonly #late = new Float64Array(BUCKETS);
  #all = 0;
  #weight = 1;
  #seen = 0;

  /** A message arrived; `lateMs`: so long after the first that belongs behind it. */
  sample(lateMs: number | undefined): void {
    this.#seen = Math.min(ENOUGH, this.#seen + 1);
    this.#all += this.#weight;
    if (lateMs !== undefined) {
      const bucket = Math.ceil(BUCKETS_PER_DOUBLING * Math.log2(Math.max(1, lateMs)));
      this.#late[Math.min(bucket, BUCKETS - 1)]! += this.#weight;
    }
    this.#weight /= KEPT;
    if (this.#weight > HEAVY) this.#scaleDown();
  }

  /** Of the messages lately, the part that came out of place: 0 to 1. */
  get share(): number {
    return this.#all === 0 ? 0 : this.#late.reduce((sum, one) => sum + one, 0) / this.#all;
  }

  /** What would be the best hold, ms; 0 until enough has been seen. */
  get holdMs(): number {
    if (this.#seen < ENOUGH) return 0;
    let later = this.share;
    let [bestMs, bestCost] = [0, PERCENTS * PERCENT_MS * later];
    for (const [bucket, weight] of this.#late.entries()) {
      if (weight === 0) continue;
      const holdMs = 2 ** (bucket / BUCKETS_PER_DOUBLING);
      later -= weight / this.#all;
      const cost = holdMs + PERCENTS * PERCENT_MS * later;
      if (cost < bestCost) [bestMs, bestCost] = [holdMs, cost];
    }
    return bestMs;
  }

  #scaleDown(): void {
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) this.#late[bucket]! /= this.#weight;
    this.#all /= this.#weight;
    this.#weight = 1;
  }
}
