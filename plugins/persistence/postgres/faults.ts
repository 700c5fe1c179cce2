/** What an error of the database means for a store: the table of its SQLSTATEs. */
import { DatabaseError } from 'pg';
import { ImError, reasonOf, type ErrorCode } from 'im-kernel/contract';

/**
 * lost: the connection broke, and what was under way may be done or not. Of the others nothing was
 * written. full: no room. passing: may work the next time. moved: this server does not write (any
 * more); another connection may find the one that does. broken: the tables or the disk cannot be
 * trusted. bug: ours, or the caller's.
 */
export type Fault = 'lost' | 'full' | 'passing' | 'moved' | 'broken' | 'bug';

const FULL = new Set(['53100']);
const MOVED = new Set(['25006']);
/**
 * Serialization failure, deadlock, out of memory, too many connections, limit exceeded, lock not
 * available, cancelled.
 */
const PASSING = new Set(['40001', '40P01', '53200', '53300', '53400', '55P03', '57014']);
/** No right any more; a schema, table, column or function is gone; disk errors; damaged pages. */
const BROKEN = /^(42501|3F000|42P01|42703|42883|58030|58P01|XX001|XX002)$/;
/** Connection errors, shut down, crashed, starting up, and what only the operator does. */
const CONNECTION = /^(08...|57P0.)$/;
const FINAL = new Set(['FATAL', 'PANIC']);

/** The SQLSTATE; empty if the error did not come from the server. */
export function stateOf(error: unknown): string {
  return error instanceof DatabaseError ? (error.code ?? '') : '';
}

/** `lost`: the connection is; what no server said is then its loss, and else a bug. */
export function faultOf(error: unknown, lost: boolean): Fault {
  if (!(error instanceof DatabaseError)) return lost ? 'lost' : 'bug';
  const state = stateOf(error);
  // The last words on a connection: whether the transaction had ended before them is not said.
  if (FINAL.has(error.severity ?? '') || CONNECTION.test(state)) return 'lost';
  if (FULL.has(state)) return 'full';
  if (MOVED.has(state)) return 'moved';
  if (PASSING.has(state)) return 'passing';
  return BROKEN.test(state) ? 'broken' : 'bug';
}

/** In words, with the SQLSTATE where there is one. Never holds the password. */
export function wordsOf(error: unknown): string {
  const state = stateOf(error);
  const aggregate = error instanceof AggregateError ? error.errors.map(reasonOf).join('; ') : '';
  const words = aggregate || reasonOf(error);
  return state === '' ? words : `${words} (SQLSTATE ${state})`;
}

const CODES: Readonly<Record<Fault, ErrorCode>> = {
  lost: 'IM_STORE_AWAY',
  full: 'IM_STORE_FULL',
  passing: 'IM_STORE_AWAY',
  moved: 'IM_STORE_AWAY',
  broken: 'IM_STORE_BROKEN',
  bug: 'IM_BUG',
};

/** A fault as the catalogue has it. */
export function refusalOf(error: unknown, fault: Fault): ImError {
  if (error instanceof ImError) return error;
  return new ImError(CODES[fault], { why: wordsOf(error) }, { cause: error });
}

const LOGIN = /^28/;
const NO_DATABASE = '3D000';
const NO_RIGHT = '42501';

/** Why a connection cannot be opened, as the catalogue has it. */
export function openingError(error: unknown, database: string): ImError {
  if (error instanceof ImError) return error;
  const details = { database, setting: 'url', why: wordsOf(error) };
  const state = stateOf(error);
  if (LOGIN.test(state)) return new ImError('IM_STORE_LOGIN', details, { cause: error });
  if (state === NO_RIGHT) return new ImError('IM_STORE_RIGHTS', details, { cause: error });
  if (state === NO_DATABASE) return new ImError('IM_STORE_REACH', details, { cause: error });
  const fault = faultOf(error, true);
  if (CODES[fault] === 'IM_STORE_AWAY')
    return new ImError('IM_STORE_REACH', details, { cause: error });
  // What stands in the schema is not what the migrations expect to find.
  if (fault === 'bug' && state !== '')
    return new ImError('IM_STORE_UNFIT', details, { cause: error });
  return refusalOf(error, fault);
}
