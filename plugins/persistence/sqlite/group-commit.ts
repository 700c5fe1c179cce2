/**
 * Many requests, one transaction, one sync: what came in while the last commit ran is written
 * together (group commit, without a timer). First all at once and hopefully; if that fails on one
 * request, all of them again with care, each undone alone if it must be.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  AppendOutcome,
  NodeLife,
  Progress,
  Retirement,
  ShardOwner,
  Take,
} from 'im-kernel/contract';
import type { Appends } from './appends.ts';
import type { Bodies } from './bodies.ts';
import type { Epochs } from './epochs.ts';
import { faultOf, reasonOf } from './faults.ts';
import type { Answer, Calls, Failure, Request, WriteCalls } from './messages.ts';
import type { Names } from './names.ts';
import type { OwnershipTable } from './ownership-table.ts';
import type { Packed } from './packing.ts';
import { patiently } from './patience.ts';
import type { ProgressWriter } from './progress.ts';
import type { RegisterTable } from './register.ts';

/** How long a commit waits for another process that writes, ms. */
const BUSY_WAIT_MS = 1_000;

export interface Writers {
  readonly names: Names;
  readonly epochs: Epochs;
  readonly appends: Appends;
  readonly bodies: Bodies;
  readonly progress: ProgressWriter;
  readonly register: RegisterTable;
  /** Undefined: another thread has it. */
  readonly ownership: OwnershipTable | undefined;
}

type Write = (careful: boolean, ...args: never[]) => unknown;
type WriteTable = { readonly [K in keyof WriteCalls]: Write };

function writeTable(writers: Writers): WriteTable {
  const { appends, bodies, progress, register } = writers;
  return {
    append: (careful, heads: Parameters<Calls['append']>[0], entries: Packed): AppendOutcome[] =>
      appends.append(heads, entries, careful),
    take: (_careful, life: NodeLife, takes: readonly Take[], force: boolean): ShardOwner[] => {
      writers.epochs.forget();
      return writers.ownership!.take(life, takes, force);
    },
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

/** What can go on later, with surely nothing done. */
export function passingOf(error: unknown): Failure | undefined {
  const fault = faultOf(error);
  if (fault === 'full') return { code: 'IM_STORE_FULL', details: { why: reasonOf(error) } };
  if (fault !== 'busy') return undefined;
  const why = `another process holds the file: ${reasonOf(error)}`;
  return { code: 'IM_STORE_AWAY', details: { why } };
}

function failed(requests: readonly Request[], failure: Failure): Answer[] {
  return requests.map(({ serial }) => ({ serial, failure }));
}

export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #writers: Writers;
  readonly #table: WriteTable;
  readonly #version: StatementSync;
  #seen: unknown;

  constructor(db: DatabaseSync, writers: Writers) {
    this.#db = db;
    this.#writers = writers;
    this.#table = writeTable(writers);
    this.#version = db.prepare('PRAGMA data_version');
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

  /** Surely nothing was written if there was no room, or no lock; otherwise nobody can tell. */
  #lost(requests: readonly Request[], error: unknown): Committed {
    const why = reasonOf(error);
    const passing = passingOf(error);
    if (passing) return { answers: failed(requests, passing) };
    const answers = failed(requests, { code: 'IM_STORE_BROKEN', details: { why } });
    return { answers, broken: why };
  }

  #transact(requests: readonly Request[], careful: boolean): Answer[] {
    this.#begin();
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

  #begin(): void {
    patiently(BUSY_WAIT_MS, () => this.#db.exec('BEGIN IMMEDIATE'));
    // Another number than before: another connection wrote.
    const version = this.#version.get()?.['data_version'];
    if (version === this.#seen) return;
    this.#seen = version;
    this.#writers.names.forgetLasts();
    this.#writers.epochs.forget();
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
      if (fault === 'full' || fault === 'busy' || fault === 'broken') throw error;
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
