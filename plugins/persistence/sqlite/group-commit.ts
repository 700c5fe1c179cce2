/**
 * Many requests, one transaction, one sync: what came in while the last commit ran is written
 * together (group commit, without a timer). First all at once and hopefully; if that fails on one
 * request, all of them again with care, each undone alone if it must be.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { AppendOutcome, Progress, Retirement } from 'im-kernel/contract';
import type { Appends } from './appends.ts';
import type { Bodies } from './bodies.ts';
import type { Epochs } from './epochs.ts';
import { faultOf, reasonOf } from './faults.ts';
import type { Answer, Calls, Failure, Request, WriteCalls } from './messages.ts';
import type { Names } from './names.ts';
import type { Packed } from './packing.ts';
import type { ProgressWriter } from './progress.ts';
import type { RegisterTable } from './register.ts';

export interface Writers {
  readonly names: Names;
  readonly epochs: Epochs;
  readonly appends: Appends;
  readonly bodies: Bodies;
  readonly progress: ProgressWriter;
  readonly register: RegisterTable;
}

type Write = (careful: boolean, ...args: never[]) => unknown;
type WriteTable = { readonly [K in keyof WriteCalls]: Write };

function writeTable({ epochs, appends, bodies, progress, register }: Writers): WriteTable {
  return {
    append: (careful, heads: Parameters<Calls['append']>[0], entries: Packed): AppendOutcome[] =>
      appends.append(heads, entries, careful),
    takeShards: (_careful, node: string, shards: readonly number[]) =>
      shards.map((shard) => epochs.take(node, shard)),
    saveProgress: (_careful, moved: Progress) => progress.save(moved),
    registerDevice: (_careful, user: string, device: string) => progress.register(user, device),
    retire: (_careful, retirement: Retirement) => bodies.retire(retirement),
    compareAndSet: (_careful, key: string, expected: string | undefined, next: string) =>
      register.compareAndSet(key, expected, next),
  };
}

/** How a commit ended: `broken` says why the file cannot be trusted any more. */
export interface Committed {
  readonly answers: readonly Answer[];
  readonly broken?: string;
}

function failed(requests: readonly Request[], failure: Failure): Answer[] {
  return requests.map(({ serial }) => ({ serial, failure }));
}

export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #writers: Writers;
  readonly #table: WriteTable;

  constructor(db: DatabaseSync, writers: Writers) {
    this.#db = db;
    this.#writers = writers;
    this.#table = writeTable(writers);
  }

  writes(call: keyof Calls): call is keyof WriteCalls {
    return call in this.#table;
  }

  /** Resolves all of them, or none: only what is committed is answered as done. */
  commit(requests: readonly Request[]): Committed {
    try {
      return { answers: this.#transact(requests, false) };
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'taken' || fault === 'bug') return this.#again(requests);
      return this.#lost(requests, error);
    }
  }

  #again(requests: readonly Request[]): Committed {
    try {
      return { answers: this.#transact(requests, true) };
    } catch (error) {
      return this.#lost(requests, error);
    }
  }

  /** Surely nothing was written if there was no room; otherwise nobody can tell. */
  #lost(requests: readonly Request[], error: unknown): Committed {
    const why = reasonOf(error);
    if (faultOf(error) === 'full') {
      return { answers: failed(requests, { code: 'IM_STORE_FULL', details: { why } }) };
    }
    const answers = failed(requests, { code: 'IM_STORE_BROKEN', details: { why } });
    return { answers, broken: why };
  }

  #transact(requests: readonly Request[], careful: boolean): Answer[] {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const answers = requests.map((request) =>
        careful ? this.#carefully(request) : this.#run(request, false),
      );
      this.#db.exec('COMMIT');
      this.#writers.names.trim();
      return answers;
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  #run({ serial, call, args }: Request, careful: boolean): Answer {
    const write = this.#table[call as keyof WriteCalls] as (...args: unknown[]) => unknown;
    return { serial, value: write(careful, ...args) };
  }

  /** A request that is itself wrong is undone alone, and answered as a bug. */
  #carefully(request: Request): Answer {
    this.#db.exec('SAVEPOINT request');
    try {
      const answer = this.#run(request, true);
      this.#db.exec('RELEASE request');
      return answer;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'full' || fault === 'broken') throw error;
      this.#db.exec('ROLLBACK TO request; RELEASE request');
      this.#forget();
      const failure: Failure = { code: 'IM_BUG', details: { why: reasonOf(error) } };
      return { serial: request.serial, failure };
    }
  }

  /** SQLite may have rolled back by itself. */
  #undo(): void {
    this.#forget();
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  #forget(): void {
    this.#writers.names.forget();
    this.#writers.epochs.forget();
  }
}
