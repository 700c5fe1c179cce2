/** Values of the last minute, one a second, for sparklines. Where nothing was known is a gap. */

export interface Ring {
  /** The second of the last value. */
  readonly second: number;
  /** Oldest first; undefined: nothing was known, which is not 0. */
  readonly values: readonly (number | undefined)[];
}

export const RING_SECONDS = 60;

/** Adds a value at a time, ms; a second that has one already keeps the higher. */
export function sampled(ring: Ring | undefined, atMs: number, value: number | undefined): Ring {
  const second = Math.floor(atMs / 1_000);
  if (!ring) return { second, values: [value] };
  if (second <= ring.second) {
    const last = ring.values.at(-1);
    const higher = last === undefined ? value : Math.max(last, value ?? last);
    return { second: ring.second, values: [...ring.values.slice(0, -1), higher] };
  }
  const missed = Math.min(second - ring.second - 1, RING_SECONDS);
  const gap = Array.from<undefined>({ length: missed });
  return { second, values: [...ring.values, ...gap, value].slice(-RING_SECONDS) };
}

export function peakOf(ring: Ring | undefined): number | undefined {
  const known = ring?.values.filter((value) => value !== undefined) ?? [];
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** As it looks at a time, ms: what has not come since is a gap. */
export function ringAt(ring: Ring | undefined, atMs: number): Ring['values'] {
  if (!ring) return [];
  const missed = Math.floor(atMs / 1_000) - ring.second - 1;
  const gap = Array.from<undefined>({ length: Math.max(0, Math.min(missed, RING_SECONDS)) });
  return [...ring.values, ...gap].slice(-RING_SECONDS);
}
