/** A few rows of a sorted list, without sorting the rest: ten thousand are looked at often. */

export interface Window {
  readonly from: number;
  /** The first that is not in it. */
  readonly to: number;
}

/**
 * The rows from one place to another, as a stable sort by `keyOf` would have them. A heap is made
 * of all, and taken from as far as the window goes, from the nearer end (J. W. J. Williams, R. W.
 * Floyd 1964): about 2n comparisons for rows near an end, n log n at worst, whatever the rows are.
 */
export function sortedWindow<T, K>(
  rows: readonly T[],
  keyOf: (row: T) => K,
  compare: (a: K, b: K) => number,
  { from, to }: Window,
): T[] {
  const end = Math.min(to, rows.length);
  if (from >= end) return [];
  const isBackwards = rows.length - end < from;
  const sign = isBackwards ? -1 : 1;
  const keys = rows.map(keyOf);
  const heap = new Heap(rows.length, (a, b) => {
    const order = compare(keys[a] as K, keys[b] as K);
    return sign * (order === 0 ? a - b : order) < 0;
  });
  const passed = isBackwards ? rows.length - end : from;
  for (let i = 0; i < passed; i += 1) heap.take();
  const taken = Array.from({ length: end - from }, () => rows[heap.take()] as T);
  return isBackwards ? taken.toReversed() : taken;
}

/** Of the numbers below a count, the first one on top. */
class Heap {
  readonly #places: Uint32Array;
  readonly #isBefore: (a: number, b: number) => boolean;
  #size: number;

  constructor(count: number, isBefore: (a: number, b: number) => boolean) {
    this.#places = Uint32Array.from({ length: count }, (_, place) => place);
    this.#isBefore = isBefore;
    this.#size = count;
    for (let at = Math.floor(count / 2) - 1; at >= 0; at -= 1) this.#sink(at, this.#of(at));
  }

  /** Of a heap that is not empty. */
  take(): number {
    const first = this.#of(0);
    this.#size -= 1;
    this.#sink(0, this.#of(this.#size));
    return first;
  }

  #sink(from: number, place: number): void {
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.#size) break;
      const right = below + 1;
      if (right < this.#size && this.#isBefore(this.#of(right), this.#of(below))) below = right;
      if (!this.#isBefore(this.#of(below), place)) break;
      this.#places[at] = this.#of(below);
      at = below;
    }
    this.#places[at] = place;
  }

  #of(at: number): number {
    return this.#places[at] ?? 0;
  }
}
