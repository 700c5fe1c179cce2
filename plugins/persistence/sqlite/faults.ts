/** What an error of SQLite means for a store: the table of its result codes. */

/**
 * taken: a position or a number is not free. full: no room, surely nothing written. busy: another
 * process holds the file, surely nothing written. broken: the file or its disk cannot be trusted.
 * bug: ours, or the caller's.
 */
export type Fault = 'taken' | 'full' | 'busy' | 'broken' | 'bug';

const UNIQUE_FAILED = 2067;
const FULL = 13;
/** BUSY, and PROTOCOL: others moved the locks faster than it could follow. */
const HELD: ReadonlySet<number> = new Set([5, 15]);
/** LOCKED, NOMEM, READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB. */
const BROKEN: ReadonlySet<number> = new Set([6, 7, 8, 10, 11, 14, 26]);

/** The extended result code; 0 if the error is not SQLite's. */
export function resultCode(error: unknown): number {
  const code: unknown = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code : 0;
}

/** The low octet is the primary code. */
export function primaryCode(error: unknown): number {
  return resultCode(error) & 0xff;
}

export function faultOf(error: unknown): Fault {
  const primary = primaryCode(error);
  if (primary === FULL) return 'full';
  if (HELD.has(primary)) return 'busy';
  if (BROKEN.has(primary)) return 'broken';
  return resultCode(error) === UNIQUE_FAILED ? 'taken' : 'bug';
}

/** An error in words, with SQLite's number where there is one. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = resultCode(error);
  return code === 0 ? message : `${message} (SQLite ${code})`;
}
