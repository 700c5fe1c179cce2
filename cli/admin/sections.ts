/** Values by their names, lists as tables: for every view that has no form of its own. */
import { widthOf } from '../chat-text.ts';
import type { Io } from '../io.ts';
import { table } from '../table.ts';
import { headText, valueText } from './values.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Seen = Pick<Io, 'bold' | 'columns'>;

const GAP = '  ';

/** What matters first; where a terminal is too narrow for all, the last ones go. */
const FIRST = (
  'id name node path lane epoch user role kind type state ' +
  'ready shards leaseLeftMs value device how before after code ' +
  'commandsPerS queuedBytes slow ageMs head members online lastAt'
).split(' ');
const LAST = ['summary', 'labels', 'life', 'act'];

export function section(view: Row, io: Seen): string[] {
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
    lines.push(...(isTable(value) ? rankedTable(value, io) : section(value, io)));
  }
  if (lines[0] === '') lines.shift();
  return lines;
}

function list(rows: readonly Row[], total: number, io: Seen): string[] {
  if (rows.length === 0) return [total === 0 ? 'none' : `none of ${total} from there on`];
  const lines = rankedTable(rows, io);
  return rows.length < total ? [...lines, `${rows.length} of ${total}`] : lines;
}

/** What matters first; what is nowhere said has no column. */
function rankedTable(rows: readonly Row[], io: Seen): string[] {
  const names = namesOf(rows).toSorted((a, b) => rank(a) - rank(b));
  return tableAs(names, rows, io);
}

/** The columns in the sequence in which the rows have them. */
export function tableOf(rows: readonly Row[], io: Seen): string[] {
  return tableAs(namesOf(rows), rows, io);
}

function namesOf(rows: readonly Row[]): readonly string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return names.filter((name) => rows.some((row) => row[name] !== undefined));
}

function tableAs(names: readonly string[], rows: readonly Row[], io: Seen): string[] {
  const cells = rows.map((row) => names.map((name) => valueText(name, row[name])));
  const heads = names.map(headText);
  const fit = fitting(heads, cells, io.columns);
  const shown = cells.map((row) => row.slice(0, fit));
  return table(heads.slice(0, fit), shown, io).split('\n');
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
