/** Durations in ms and sizes in bytes, as people write them. */

const DURATIONS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];
const SIZES: readonly (readonly [unit: string, bytes: number])[] = [
  ['GiB', 1_073_741_824],
  ['MiB', 1_048_576],
  ['KiB', 1_024],
  ['B', 1],
];

export type Measured = { readonly value: number } | { readonly wrong: string };

function parse(written: string, units: readonly (readonly [string, number])[]): number | undefined {
  const match = /^(\d+)\s*([A-Za-z]+)$/.exec(written.trim());
  const scale = units.find(([unit]) => unit === match?.[2])?.[1];
  return match && scale !== undefined ? Number(match[1]) * scale : undefined;
}

function print(value: number, units: readonly (readonly [string, number])[]): string {
  for (const [unit, scale] of units) {
    if (value !== 0 && value % scale === 0) return `${value / scale}${unit}`;
  }
  return `0${units.at(-1)?.[0] ?? ''}`;
}

/** `10s` → 10000. One whole number and one unit of ms, s, m, h, d. */
export function parseDuration(written: string): Measured {
  const value = parse(written, DURATIONS);
  if (value !== undefined) return { value };
  const bare = /^\d+$/.test(written.trim());
  return {
    wrong: bare
      ? `needs a unit: ${written.trim()}ms or ${written.trim()}s`
      : 'must be a duration such as 250ms, 10s, 5m, 1h or 7d',
  };
}

/** `64KiB` → 65536. One whole number and one unit of B, KiB, MiB, GiB. */
export function parseSize(written: string): Measured {
  const value = parse(written, SIZES);
  if (value !== undefined) return { value };
  const decimal = /^(\d+)\s*([kmg])(?:i?b)?$/i.exec(written.trim());
  if (decimal) {
    const meant = `${decimal[1]}${decimal[2]?.toUpperCase()}iB`;
    return { wrong: `has no unit known here; sizes count in 1024: ${meant}` };
  }
  if (/^\d+$/.test(written.trim())) return { wrong: `needs a unit: ${written.trim()}B` };
  return { wrong: 'must be a size such as 512B, 64KiB, 1MiB or 2GiB' };
}

/** 90000 → `90s`: the largest unit that leaves a whole number. */
export function printDuration(ms: number): string {
  return print(ms, DURATIONS);
}

/** 65536 → `64KiB`. */
export function printSize(bytes: number): string {
  return print(bytes, SIZES);
}
