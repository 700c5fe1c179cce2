/** Moves what the write-ahead log has gathered into the file's tables, between commits. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { faultOf, reasonOf } from './faults.ts';

/** Pages of 4 KiB in the write-ahead log from which on it is worth its two syncs. */
const PAGES_MAX = 4_096;
/** With no room for it, or while others read what it holds, try again after as many pages more. */
const PAGES_MORE = 1_024;

export class Checkpoints {
  readonly #length: StatementSync;
  readonly #run: StatementSync;
  #pages = 0;
  #dueAt = PAGES_MAX;

  constructor(db: DatabaseSync) {
    this.#length = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#run = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** Undefined, or why there was no room. Any other error is thrown: the file cannot be trusted. */
  afterCommit(): string | undefined {
    const pages = Number(this.#length.get()?.['log']);
    // The first commit after a whole checkpoint begins the write-ahead log anew.
    if (pages < this.#pages) this.#dueAt = PAGES_MAX;
    this.#pages = pages;
    if (pages < this.#dueAt) return undefined;
    this.#dueAt = pages + PAGES_MORE;
    try {
      this.#run.get();
      return undefined;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'busy') return undefined;
      if (fault !== 'full') throw error;
      return reasonOf(error);
    }
  }
}
