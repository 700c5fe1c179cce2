/** A view as text: values by their names, lists as tables. `--json` has all of it. */
import { widthOf } from '../chat-text.ts';
import type { Io } from '../io.ts';
import { table } from '../table.ts';
import { headText, timeText, valueText } from './values.ts';

type Row = Readonly<Record<string, unknown>>;
type Seen = Pick<Io, 'bold' | 'columns'>;

const GAP = '  ';

/** What matters first; where a terminal is too narrow for all, the last ones go. */
const FIRST = (
  'id name node path lane epoch user role kind type state ' +
  'ready shards leaseLeftMs value device how before after code ' +
  'commandsPerS queuedBytes slow ageMs head members online lastAt'
).split(' ');
const LAST = ['summary', 'help', 'labels', 'metrics', 'life', 'act'];
/** Beside its name, value and quantiles, a reader of a counter needs no more. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = { metrics: ['help', 'kind'] };

/** `verb` chooses where a view has a form of its own. */
export function shown(verb: string, view: unknown, io: Seen): string {
  const { events, lost } = view as { events?: readonly Row[]; lost?: boolean };
  if (verb === 'events' && events) {
    const lines = events.map((event) => eventLine(event));
    return [...(lost ? ['(earlier ones are not remembered any more)'] : []), ...lines].join('\n');
  }
  return section(view as Row, io).join('\n');
}

/** `TIME level part message key value`. */
export function eventLine(event: Row): string {
  const { at, level, part, message, fields } = event;
  const rest = Object.entries((fields ?? {}) as Row).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const words = [String(level).padEnd(5), part ?? 'kernel', message, ...rest].map(String);
  return `${timeText(Number(at))} ${valueText('', words.join(' '))}`;
}

function section(view: Row, io: Seen): string[] {
  const { total, rows, ...others } = view;
  if (typeof total === 'number' && Array.isArray(rows)) return list(rows, total, io);
  const plain = Object.entries(others).filter(([, value]) => !isSection(value));
  const width = Math.max(0, ...plain.map(([name]) => widthOf(headText(name))));
  const lines = plain
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${headText(name).padEnd(width)}${GAP}${valueText(name, value)}`);
  for (const [name, value] of Object.entries(others)) {
    if (!isSection(value)) continue;
    lines.push('', io.bold(headText(name)));
    const told = isTable(value) ? tableOf(value, io, LEFT_OUT[name]) : section(value, io);
    lines.push(...told);
  }
  if (lines[0] === '') lines.shift();
  return lines;
}

function list(rows: readonly Row[], total: number, io: Seen): string[] {
  if (rows.length === 0) return [total === 0 ? 'none' : `none of ${total} from there on`];
  const lines = tableOf(rows, io);
  return rows.length < total ? [...lines, `${rows.length} of ${total}`] : lines;
}

function tableOf(rows: readonly Row[], io: Seen, leftOut: readonly string[] = []): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    .filter((name) => !leftOut.includes(name) && rows.some((row) => row[name] !== undefined))
    .toSorted((a, b) => rank(a) - rank(b));
  const cells = rows.map((row) => names.map((name) => valueText(name, row[name])));
  const heads = names.map(headText);
  const fit = fitting(heads, cells, io.columns);
  return [
    table(
      heads.slice(0, fit),
      cells.map((row) => row.slice(0, fit)),
      io,
    ),
  ];
}

/** How many columns stand side by side. */
function fitting(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number | undefined,
): number {
  if (columns === undefined) return heads.length;
  let taken = 0;
  for (const [at, head] of heads.entries()) {
    const width = Math.max(widthOf(head), ...rows.map((row) => widthOf(row[at] ?? '')));
    taken += width + (at === 0 ? 0 : GAP.length);
    if (taken > columns) return Math.max(1, at);
  }
  return heads.length;
}

function rank(name: string): number {
  if (LAST.includes(name)) return FIRST.length + 1 + LAST.indexOf(name);
  const at = FIRST.indexOf(name);
  return at < 0 ? FIRST.length : at;
}

function isTable(value: unknown): value is readonly Row[] {
  return Array.isArray(value) && value.length > 0 ? value[0] instanceof Object : false;
}

/** Tables, and what has tables inside; the rest fits on a line. */
function isSection(value: unknown): value is Row {
  if (isTable(value)) return true;
  return value instanceof Object && Object.values(value).some((one) => one instanceof Object);
}
