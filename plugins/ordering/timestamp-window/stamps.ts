/**
 * Orders as times: an order is the ms since 2020 in its upper 41 bits, and one of 128 places within
 * that ms in its lower 7. Together that is the 48 bits which an order may have. Times are kept
 * within bounds: before 2020 all are 0, and the last 25 days of 2089 are left for counting on.
 */

/** 2020-01-01, in ms since 1970. */
const FIRST_MS = 1_577_836_800_000;
const LAST_MS = FIRST_MS + 2 ** 41 - 2 ** 31;
export const PLACES_PER_MS = 128;

/** The first order of the ms in which this wall clock time, ms since 1970, lies. */
export function firstOrderAt(atMs: number): number {
  if (!(atMs > FIRST_MS)) return 0;
  return (Math.floor(Math.min(atMs, LAST_MS)) - FIRST_MS) * PLACES_PER_MS;
}

/** The last order of that ms. */
export function lastOrderAt(atMs: number): number {
  return firstOrderAt(atMs) + PLACES_PER_MS - 1;
}
