/** Numbers as people read them. Unknown is a dash, never 0. */
import type { Quantiles } from '../../core/admin/protocol/index.ts';

export const UNKNOWN = '-';

/** 88,204,113 */
export function count(value: number | undefined): string {
  if (value === undefined) return UNKNOWN;
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** 34.2k; below ten with one decimal. */
export function short(value: number | undefined): string {
  if (value === undefined) return UNKNOWN;
  for (const [unit, size] of SIZES) {
    if (Math.abs(value) >= size) return `${(value / size).toFixed(1)}${unit}`;
  }
  return Number.isInteger(value) || Math.abs(value) >= 10
    ? String(Math.round(value))
    : value.toFixed(1);
}

const SIZES = [
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e4 / 10],
] as const;

/** 412 MB */
export function bytes(value: number | undefined): string {
  if (value === undefined) return UNKNOWN;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let left = value;
  let unit = 0;
  while (left >= 1_000 && unit < units.length - 1) {
    left /= 1_000;
    unit++;
  }
  return `${unit === 0 || left >= 10 ? Math.round(left) : left.toFixed(1)} ${units[unit]}`;
}

/** 0.4 ms, 18 ms, 1.84 s */
export function ms(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return UNKNOWN;
  if (value >= 60_000) return age(value);
  if (value >= 1_000) return `${(value / 1_000).toFixed(2)} s`;
  return `${value < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value)} ms`;
}

/** How the values lie; of nothing there is nothing to tell, and no zeros. */
export function quantiles(of: Quantiles | undefined, text: (value: number) => string): string {
  if (!of) return UNKNOWN;
  if (of.count === 0) return 'none yet';
  return `p50 ${text(of.p50)}  p90 ${text(of.p90)}  p99 ${text(of.p99)}  max ${text(of.max)}`;
}

/** 3d04h, 6h39m, 4m05s, 12s */
export function age(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const seconds = Math.floor(value / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
  if (hours > 0) return `${hours}h${two(minutes % 60)}m`;
  return minutes > 0 ? `${minutes}m${two(seconds % 60)}s` : `${seconds}s`;
}

/** 12:04:32, in UTC: operators sit in more than one place. */
export function clock(wallMs: number | undefined): string {
  return wallMs === undefined ? UNKNOWN : iso(wallMs).slice(11, 19) || UNKNOWN;
}

/** 12:04:32.017 */
export function clockMs(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(11, 23);
}

/** 2026-11-23 12:04:32 */
export function day(wallMs: number): string {
  return iso(wallMs).slice(0, 19).replace('T', ' ') || UNKNOWN;
}

/** Empty for what is no time of any calendar: a number of somebody else's may be anything. */
function iso(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.valueOf()) ? '' : date.toISOString();
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
