/** Sorts, filters and cuts lists where they are, so that a viewer gets only what it shows. */
import { sortedWindow } from './sorted-window.ts';

type Row = Readonly<Record<string, unknown>>;
type Fits = (row: Row) => boolean;

export interface ListInput {
  readonly sort?: string | undefined;
  readonly filter?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface Listed<R> {
  readonly total: number;
  readonly rows: R[];
}

/** A row fits if it has every word of the filter. Sorting keeps the sequence of equals. */
export function listed<R extends Row>(rows: Iterable<R>, input: ListInput): Listed<R> {
  const fits = fitsOf(input.filter ?? '');
  const fitting = [...rows].filter(fits);
  const { sort = '', limit, offset } = input;
  const window = { from: offset, to: offset + limit };
  const column = sort.replace(/^-/, '');
  const sign = sort.startsWith('-') ? -1 : 1;
  const shown =
    column === ''
      ? fitting.slice(window.from, window.to)
      : sortedWindow(
          fitting,
          (row) => row[column],
          (a, b) => compare(a, b, sign),
          window,
        );
  return { total: fitting.length, rows: shown };
}

/**
 * `word`: somewhere in the row. `field:word`: there. `field=word`: that, whole. `field>1`,
 * `field<1`: a number. `!` before one: not. No regular expressions: one of somebody's could stop
 * the node.
 */
export function fitsOf(filter: string): Fits {
  const all = filter
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(wordOf);
  return (row) => all.every((fits) => fits(row));
}

function wordOf(word: string): Fits {
  if (word.startsWith('!') && word.length > 1) {
    const fits = wordOf(word.slice(1));
    return (row) => !fits(row);
  }
  const [, field = '', sign = '', rest = ''] = /^(\w+)([:=<>])(.+)$/.exec(word) ?? [];
  const wanted = rest.toLowerCase();
  if (sign === ':') return (row) => has(row[field], wanted);
  if (sign === '=') return (row) => is(row[field], wanted);
  const limit = Number(rest);
  if (sign !== '' && !Number.isNaN(limit)) {
    return (row) => {
      const value = row[field];
      return typeof value === 'number' && (sign === '>' ? value > limit : value < limit);
    };
  }
  const text = word.toLowerCase();
  // Most words are in no number: then no number needs to be written out.
  const fitsNumber = OF_NUMBERS.test(text);
  return (row) => {
    for (const field in row) {
      const value = row[field];
      if ((fitsNumber || typeof value !== 'number') && has(value, text)) return true;
    }
    return false;
  };
}

/** Of what numbers are written with. */
const OF_NUMBERS = /^[\d.e+-]+$/;

/** In a list: one of them is. */
function is(value: unknown, text: string): boolean {
  if (Array.isArray(value)) return value.some((one) => is(one, text));
  return String(value).toLowerCase() === text;
}

function has(value: unknown, text: string): boolean {
  if (Array.isArray(value)) return value.some((one) => has(one, text));
  const plain = typeof value === 'string' || typeof value === 'number';
  return (plain || typeof value === 'boolean') && String(value).toLowerCase().includes(text);
}

/** What is absent comes last, either way round. */
function compare(a: unknown, b: unknown, sign: number): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -sign : sign;
  return JSON.stringify(a) < JSON.stringify(b) ? -sign : sign;
}
