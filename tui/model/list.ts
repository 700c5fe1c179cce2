/** One list: what it is sorted and filtered by, which row is chosen, which rows are on screen. */

export interface List {
  /** A field; with a minus before it, the highest first. */
  readonly sort: string;
  readonly filter: string;
  /** Of the chosen row, among all. */
  readonly index: number;
  /** Its key: the choice stays on its row when rows change places. */
  readonly key: string | undefined;
  /** The first row on screen. */
  readonly top: number;
}

/** Some rows of a list that is elsewhere. */
export interface Window<R> {
  readonly rows: readonly R[];
  /** Of the first of them, among all. */
  readonly offset: number;
  readonly total: number;
}

/** Rows that are fetched at a time: enough for three high terminals. */
export const CHUNK_ROWS = 200;
const STEP_ROWS = 50;

export function newList(sort: string): List {
  return { sort, filter: '', index: 0, key: undefined, top: 0 };
}

/** Moves the choice, and the rows on screen with it. */
export function moved<R>(
  list: List,
  to: number,
  keyOf: (row: R) => string,
  window: Window<R>,
  height: number,
): List {
  const index = Math.max(0, Math.min(to, window.total - 1));
  const row = window.rows[index - window.offset];
  return scrolled({ ...list, index, key: row && keyOf(row) }, window.total, height);
}

/** After rows have come: the choice goes where its row went; if that is gone, it stays in place. */
export function settled<R>(
  list: List,
  keyOf: (row: R) => string,
  window: Window<R>,
  height: number,
): List {
  const { rows, offset } = window;
  const at = list.key === undefined ? -1 : rows.findIndex((row) => keyOf(row) === list.key);
  return moved(list, at < 0 ? list.index : at + offset, keyOf, window, height);
}

function scrolled(list: List, total: number, height: number): List {
  const lowest = Math.max(0, total - height);
  const least = Math.max(0, list.index - height + 1);
  return { ...list, top: Math.max(least, Math.min(list.top, list.index, lowest)) };
}

/** From which row on to fetch: it changes only now and then while somebody scrolls. */
export function chunkOffset({ top }: List): number {
  return Math.max(0, Math.floor(top / STEP_ROWS) * STEP_ROWS - STEP_ROWS);
}

export function sortedNext({ sort }: List, sorts: readonly string[], by: number): string {
  if (sorts.length === 0) return sort;
  const now = sorts.indexOf(sort.replace(/^-/, ''));
  const next = sorts[(now + by + sorts.length) % sorts.length] ?? sort;
  return TEXTS.has(next) ? next : `-${next}`;
}

/** These begin with A; numbers begin with the highest. */
const TEXTS: ReadonlySet<string> = new Set(['user', 'state', 'id', 'name', 'role', 'shard']);

export function reversed(sort: string): string {
  return sort.startsWith('-') ? sort.slice(1) : `-${sort}`;
}
