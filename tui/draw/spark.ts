/** Small pictures of numbers. */
import { SIGNS } from './signs.ts';

/** One sign a second; what is not known is a space, so that a gap is not taken for 0. */
export function spark(
  values: readonly (number | undefined)[],
  columns: number,
  atLeast = 0,
): string {
  const shown = values.slice(-columns);
  const known = shown.filter((value) => value !== undefined);
  const highest = Math.max(atLeast, ...known);
  const { levels } = SIGNS;
  const signs = shown.map((value) => {
    if (value === undefined) return ' ';
    const level = highest <= 0 ? 0 : Math.round((value / highest) * (levels.length - 1));
    return levels[Math.max(0, Math.min(level, levels.length - 1))] ?? ' ';
  });
  return signs.join('').padStart(columns);
}

/** How much of a whole. */
export function bar(share: number, columns: number): string {
  const full = Math.max(0, Math.min(columns, Math.round(share * columns)));
  return SIGNS.full.repeat(full) + SIGNS.empty.repeat(columns - full);
}
