/** Rows of a table; columns of little weight are left out where there is no room. */
import { line, lineWidth, span, type Line, type Span } from './line.ts';
import { SIGNS } from './signs.ts';
import { clean, fit } from './text.ts';

export interface Column<R> {
  readonly head: string;
  /** Cells. */
  readonly width: number;
  readonly right?: boolean;
  /** 1 is always there; the highest number goes first. */
  readonly weight: number;
  /** It takes what room is left. */
  readonly grows?: boolean;
  /** The field that the server sorts by. */
  readonly sort?: string;
  readonly cell: (row: R) => string | Span;
}

export interface TableLook {
  readonly columns: number;
  readonly sort?: string;
  /** The row with the mark. */
  readonly chosen?: number;
  /** Those that were left out take the place of the others. */
  readonly wide?: boolean;
}

const GAP = 2;

export function table<R>(
  columns: readonly Column<R>[],
  rows: readonly (R | undefined)[],
  look: TableLook,
): readonly Line[] {
  const fitting = grown(chosenColumns(columns, look), look.columns - 1);
  const heads = fitting.map((column) =>
    fit(headOf(column, look), column.width, SIGNS.cut, column.right),
  );
  const head = span(` ${heads.join(' '.repeat(GAP))}`, 'strong');
  return [[head], ...rows.map((row, i) => rowLine(fitting, row, i === look.chosen, look.columns))];
}

function chosenColumns<R>(all: readonly Column<R>[], look: TableLook): readonly Column<R>[] {
  const sorted = look.sort?.replace(/^-/, '');
  const weightOf = ({ weight, sort }: Column<R>): number => {
    // What it is sorted by must be seen.
    if (weight === 1 || (sort !== undefined && sort === sorted)) return 1;
    return look.wide === true ? 100 - weight : weight;
  };
  const taken = new Set<Column<R>>();
  let room = look.columns - 1;
  for (const column of all.toSorted((a, b) => weightOf(a) - weightOf(b))) {
    room -= column.width + (taken.size > 0 ? GAP : 0);
    if (room < 0) break;
    taken.add(column);
  }
  return all.filter((column) => taken.has(column));
}

function grown<R>(columns: readonly Column<R>[], room: number): readonly Column<R>[] {
  const used = columns.reduce((sum, { width }) => sum + width + GAP, -GAP);
  const growing = columns.find(({ grows }) => grows);
  if (!growing || used >= room) return columns;
  return columns.map((column) => {
    return column === growing ? { ...column, width: column.width + room - used } : column;
  });
}

function headOf<R>({ head, sort }: Column<R>, look: TableLook): string {
  if (sort === undefined || look.sort?.replace(/^-/, '') !== sort) return head;
  return head + (look.sort.startsWith('-') ? SIGNS.falling : SIGNS.rising);
}

function rowLine<R>(
  columns: readonly Column<R>[],
  row: R | undefined,
  chosen: boolean,
  room: number,
): Line {
  if (row === undefined) return line(` ${SIGNS.cut}`);
  const gap = span(' '.repeat(GAP));
  const made = columns.flatMap(({ cell, width, right }, i) => {
    const given = cell(row);
    const { text, role } = typeof given === 'string' ? span(given) : given;
    const fitted = { text: fit(clean(text), width, SIGNS.cut, right), role };
    return i === 0 ? [fitted] : [gap, fitted];
  });
  if (!chosen) return line(' ', made);
  const text = [
    span(SIGNS.chosen),
    ...made,
    span(' '.repeat(Math.max(0, room - 1 - lineWidth(made)))),
  ];
  return text.map((piece) => ({ text: piece.text, role: 'chosen' as const }));
}
