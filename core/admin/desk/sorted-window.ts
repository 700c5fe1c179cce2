/** A few rows of a sorted list, without sorting the rest: ten thousand are looked at often. */

export interface Window {
  readonly from: number;
  /** The first that is not in it. */
  readonly to: number;
}

/** The rows from one place to another, as a stable sort by `keyOf` would have them. */
export function sortedWindow<T, K>(
  rows: readonly T[],
  keyOf: (row: T) => K,
  compare: (a: K, b: K) => number,
  { from, to }: Window,
): T[] {
  const end = Math.min(to, rows.length);
  if (from >= end) return [];
  const keys = rows.map(keyOf);
  const order: Order = (a, b) => {
    const ofKeys = compare(keys[a] as K, keys[b] as K);
    return ofKeys === 0 ? a - b : ofKeys;
  };
  const places = Uint32Array.from(rows, (_, place) => place);
  divide(places, order, from);
  divide(places.subarray(from), order, end - from);
  return Array.from(places.subarray(from, end).sort(order), (place) => rows[place] as T);
}

/** Of two places; never 0. */
type Order = (a: number, b: number) => number;

const FEW = 32;

/**
 * Brings what is to be before `at` there (C. A. R. Hoare, Algorithm 65: Find, 1961): some 3n
 * comparisons. Rows that were made to be slow are sorted in the end: n log n.
 */
function divide(places: Uint32Array, order: Order, at: number): void {
  let [low, high] = [0, places.length];
  let tries = 2 * Math.ceil(Math.log2(high + 1));
  while (at > low && at < high) {
    if (high - low <= FEW || tries === 0) return void places.subarray(low, high).sort(order);
    const [left, right] = split(places, order, low, high);
    if (at <= left) high = left;
    else if (at >= right) low = right;
    else return;
    tries -= 1;
  }
}

/** By the middle one of three: below `left` is what is before it, from `right` on what is after. */
function split(
  places: Uint32Array,
  order: Order,
  low: number,
  high: number,
): readonly [left: number, right: number] {
  const three = [low, (low + high) >> 1, high - 1].map((at) => places[at] ?? 0).toSorted(order);
  const pivot = three[1] ?? 0;
  let [left, right] = [low, high - 1];
  for (;;) {
    while (order(places[left] ?? 0, pivot) < 0) left += 1;
    while (order(places[right] ?? 0, pivot) > 0) right -= 1;
    // Only the pivot is not before and not after itself.
    if (left >= right) return [left, left + 1];
    [places[left], places[right]] = [places[right] ?? 0, places[left] ?? 0];
  }
}
