/** A value of a view as people read it; its unit is the end of its name. */
import { safeText } from '../chat-text.ts';

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;
const DAY = 24 * H;
const KIB = 1_024;
const STEPS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const TIMES: ReadonlySet<string> = new Set(['at', 'now', 'startedAt', 'lastAt']);
/** Of quantiles: how many, not how long. */
const COUNT = 'count';

type Inline = Readonly<Record<string, unknown>>;

/** `unitOf`: the name that tells the unit, where it is that of an outer value. */
export function valueText(name: string, value: unknown, unitOf = name): string {
  if (value === undefined) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return numberText(unitOf, value);
  if (typeof value === 'string') return lineOf(value);
  if (Array.isArray(value)) {
    return value.length === 0 ? '-' : value.map((one) => valueText(name, one)).join(' ');
  }
  const pairs = Object.entries(value as Inline).map(([key, one]) => {
    const unit = key === COUNT || hasUnit(key) ? key : unitOf;
    return `${lineOf(key)} ${valueText(key, one, unit)}`;
  });
  return pairs.length === 0 ? '-' : pairs.join(', ');
}

/** `queuedBytes` → `queued`, `commandsPerS` → `commands/s`, `expectEpoch` → `expect epoch`. */
export function headText(name: string): string {
  return name
    .replace(/(?:Ms|Bytes|At)$/, '')
    .replace(/PerS$/, '/s')
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** A clock of others, such as a sender's, may say what is no time of any calendar. */
export function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.valueOf()) ? `${ms} ms` : date.toISOString();
}

/** As the log has it: UTC, with ms; the day is today's more often than not. */
export function clockText(ms: number): string {
  const [, clock] = /^\d{4}-\d\d-\d\dT(.+)Z$/.exec(timeText(ms)) ?? [];
  return clock ?? timeText(ms);
}

export function durationText(ms: number): string {
  if (ms < S) return `${Number(ms.toPrecision(3))} ms`;
  if (ms < MIN) return `${(ms / S).toFixed(1)} s`;
  if (ms < H) return `${whole(ms / MIN)}m${two((ms % MIN) / S)}s`;
  if (ms < DAY) return `${whole(ms / H)}h${two((ms % H) / MIN)}m`;
  return `${whole(ms / DAY)}d${two((ms % DAY) / H)}h`;
}

export function sizeText(bytes: number): string {
  let step = 0;
  let size = bytes;
  for (; size >= KIB && step < STEPS.length - 1; step += 1) size /= KIB;
  return `${Number(size.toPrecision(3))} ${STEPS[step]}`;
}

function hasUnit(name: string): boolean {
  return TIMES.has(name) || /(?:Ms|Bytes)$/.test(name);
}

function numberText(name: string, value: number): string {
  if (TIMES.has(name)) return timeText(value);
  if (name.endsWith('Ms')) return durationText(Math.max(0, value));
  if (name.endsWith('Bytes')) return sizeText(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}

/** One line of it: what others wrote may hold more. */
export function lineOf(text: string): string {
  return safeText(text).replaceAll(/\s*\n\s*/g, ' ');
}

function whole(value: number): number {
  return Math.floor(value);
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
