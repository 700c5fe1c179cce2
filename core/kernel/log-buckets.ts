/**
 * A histogram of bounded size: eight buckets for each doubling, from 2^-10 to 2^40. A quantile is
 * read as its bucket's upper bound, so it is right to within 2^(1/8), about 9 %.
 */
import type { Histogram } from '../contract/index.ts';

const perDoubling = 8;
const lowestPower = -10;
const bucketCount = 50 * perDoubling;

/** Bounds at which others may ask, in the histogram's unit: powers of two, from 1/16 to 2^17. */
export const BUCKET_BOUNDS: readonly number[] = Array.from(
  { length: 22 },
  (_, at) => 2 ** (at - 4),
);

export interface BucketsRead {
  readonly count: number;
  readonly sum: number;
  readonly max: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  /** How many values were at most as high as each of `BUCKET_BOUNDS`. */
  readonly atMost: readonly number[];
}

export class LogBuckets implements Histogram {
  readonly #counts = new Float64Array(bucketCount);
  #count = 0;
  #sum = 0;
  #max = 0;

  /** What is not a number above or equal to 0 is taken as 0. */
  record(value: number): void {
    const usable = value >= 0 && value < Infinity ? value : 0;
    this.#count += 1;
    this.#sum += usable;
    if (usable > this.#max) this.#max = usable;
    const index = bucketOf(usable);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  read(): BucketsRead {
    return {
      count: this.#count,
      sum: this.#sum,
      max: this.#max,
      p50: this.#quantile(0.5),
      p90: this.#quantile(0.9),
      p99: this.#quantile(0.99),
      atMost: this.#atMost(),
    };
  }

  #atMost(): readonly number[] {
    let index = 0;
    let seen = 0;
    return BUCKET_BOUNDS.map((bound) => {
      for (; index < bucketCount && upperBound(index) <= bound; index += 1) {
        seen += this.#counts[index] ?? 0;
      }
      return seen;
    });
  }

  #quantile(share: number): number {
    const wanted = Math.ceil(this.#count * share);
    let seen = 0;
    for (let index = 0; index < bucketCount; index += 1) {
      seen += this.#counts[index] ?? 0;
      if (seen >= wanted && seen > 0) return Math.min(upperBound(index), this.#max);
    }
    return this.#max;
  }
}

function bucketOf(value: number): number {
  if (value <= 0) return 0;
  const index = Math.ceil((Math.log2(value) - lowestPower) * perDoubling);
  return Math.min(Math.max(index, 0), bucketCount - 1);
}

function upperBound(index: number): number {
  return 2 ** (index / perDoubling + lowestPower);
}
