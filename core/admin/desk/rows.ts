/** Sorts, filters and cuts lists where they are, so that a viewer gets only what it shows. */
import { sortedWindow } from './sorted-window.ts';

type Row = Readonly<Record<string, unknown>>;
/** What a field of a row holds. */
type Read = (field: string) => unknown;
interface Names {
  /** A word that is in no number is looked for in these only. */
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}
type Fits = (read: Read, names: Names) => boolean;

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

type NumberIn<R> = { [F in keyof R & string]: R[F] extends number ? F : never }[keyof R & string];

/** What rows are made of, field by field. */
export interface Fields<T, R> {
  readonly texts: { readonly [F in Exclude<keyof R & string, NumberIn<R>>]: (one: T) => R[F] };
  readonly numbers: { readonly [F in NumberIn<R>]: (one: T) => number };
  /** Read by filters that name them, and shown nowhere. */
  readonly hidden?: Readonly<Record<string, (one: T) => unknown>>;
}

/** A row fits if it has every word of the filter. Sorting keeps the sequence of equals. */
export function listed<R extends Row>(rows: Iterable<R>, input: ListInput): Listed<R> {
  const fits = fitsOf(input.filter ?? '');
  return cut([...rows].filter(fits), (row, field) => row[field], input);
}

/** The same of very many: rows that are shown are made, of others is read what is asked for. */
export function made<T, R extends Row>(
  all: Iterable<T>,
  fields: Fields<T, R>,
  input: ListInput,
): Listed<R> {
  const { texts, numbers, hidden } = fields;
  const known = new Map<string, (one: T) => unknown>(
    Object.entries({ ...texts, ...numbers, ...hidden }),
  );
  const names = { texts: Object.keys(texts), numbers: Object.keys(numbers) };
  const read = (one: T, field: string): unknown => known.get(field)?.(one);
  const fits = wordsOf(input.filter ?? '');
  const fitting = [...all].filter((one) => fits((field) => read(one, field), names));
  const { total, rows } = cut(fitting, read, input);
  return { total, rows: rows.map((one) => rowOf(one, fields)) };
}

export function rowOf<T, R extends Row>(one: T, { texts, numbers }: Fields<T, R>): R {
  const fields = Object.entries<(one: T) => unknown>({ ...texts, ...numbers });
  return Object.fromEntries(fields.map(([name, field]) => [name, field(one)])) as R;
}

function cut<T>(
  fitting: readonly T[],
  read: (one: T, field: string) => unknown,
  { sort = '', limit, offset }: ListInput,
): Listed<T> {
  const window = { from: offset, to: offset + limit };
  const total = fitting.length;
  const column = sort.replace(/^-/, '');
  if (column === '') return { total, rows: fitting.slice(window.from, window.to) };
  const sign = sort.startsWith('-') ? -1 : 1;
  const keyOf = (one: T): unknown => read(one, column);
  const rows = sortedWindow(fitting, keyOf, (a, b) => compare(a, b, sign), window);
  return { total, rows };
}

/**
 * `word`: somewhere in the row. `field:word`: there. `field=word`: that, whole. `field>1`,
 * `field<1`: a number. `!` before one: not. No regular expressions: one of somebody's could stop
 * the node.
 */
export function fitsOf(filter: string): (row: Row) => boolean {
  const fits = wordsOf(filter);
  return (row) => fits((field) => row[field], { texts: Object.keys(row), numbers: [] });
}

function wordsOf(filter: string): Fits {
  const all = filter
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(wordOf);
  return (read, names) => all.every((fits) => fits(read, names));
}

function wordOf(word: string): Fits {
  if (word.startsWith('!') && word.length > 1) {
    const fits = wordOf(word.slice(1));
    return (read, names) => !fits(read, names);
  }
  const [, field = '', sign = '', rest = ''] = /^(\w+)([:=<>])(.+)$/.exec(word) ?? [];
  const wanted = rest.toLowerCase();
  if (sign === ':') return (read) => has(read(field), wanted);
  if (sign === '=') return (read) => is(read(field), wanted);
  const limit = Number(rest);
  if (sign !== '' && !Number.isNaN(limit)) {
    return (read) => {
      const value = read(field);
      return typeof value === 'number' && (sign === '>' ? value > limit : value < limit);
    };
  }
  const text = word.toLowerCase();
  const isOfNumbers = OF_NUMBERS.test(text);
  return (read, { texts, numbers }) =>
    texts.some((one) => has(read(one), text)) ||
    (isOfNumbers && numbers.some((one) => has(read(one), text)));
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
