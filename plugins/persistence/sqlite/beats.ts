/**
 * The beats of all nodes, in a file of their own beside the store's: so that no beat waits for an
 * append, or for a process that was stopped in the middle of one.
 */
import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { NodeLife } from 'im-kernel/contract';
import { leaseTime, type ProcessMark } from './machine.ts';
import { patiently, START_WAIT_MS } from './patience.ts';
import { within } from './transaction.ts';

/** Losing the last beats with the machine's power is no loss, as they end with it: no sync each. */
const SETTINGS = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL';
const TABLE = `
-- The newest life of each node that beats and has not left. lease_ends: ms on the machine's
-- monotonic clock, or, where boot is empty, on its wall clock; lease: how long it was then. pid,
-- started (clock ticks since the boot) and boot name its process; alive, the file that it holds.
CREATE TABLE IF NOT EXISTS node (
  node       TEXT NOT NULL PRIMARY KEY,
  life       TEXT NOT NULL,
  lease_ends INTEGER NOT NULL,
  lease      INTEGER NOT NULL,
  boot       TEXT NOT NULL,
  pid        INTEGER NOT NULL,
  started    TEXT NOT NULL,
  alive      TEXT NOT NULL
) STRICT, WITHOUT ROWID;`;

export interface Beat extends NodeLife, ProcessMark {
  readonly lease_ends: number;
  readonly lease: number;
  readonly alive: string;
}

/** What is left of a lease, seen from a machine that runs since `boot`; 0: it is over. */
export function leaseLeft(beat: Beat, boot: string): number {
  if (beat.boot !== boot) return 0;
  return Math.max(0, Math.min(beat.lease, beat.lease_ends - leaseTime(boot)));
}

export function beatsFile(file: string): string {
  return `${file}.beats`;
}

export class Beats {
  readonly #file: string;
  readonly #db: DatabaseSync;
  readonly #all: StatementSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;

  /** `file`: the store's. */
  constructor(file: string) {
    this.#file = beatsFile(file);
    this.#db = patiently(START_WAIT_MS, () => opened(this.#file));
    this.#all = this.#db.prepare('SELECT * FROM node ORDER BY node');
    this.#put = this.#db.prepare(
      `INSERT OR REPLACE INTO node (node, life, lease_ends, lease, boot, pid, started, alive)
       VALUES (:node, :life, :lease_ends, :lease, :boot, :pid, :started, :alive)`,
    );
    this.#remove = this.#db.prepare('DELETE FROM node WHERE node = ? AND life = ?');
  }

  /** Nobody else beats meanwhile; throws BUSY if somebody does. */
  within<T>(act: () => T): T {
    return within(this.#db, act);
  }

  /** By the name of the node, in byte order. */
  all(): Beat[] {
    return this.#all.all() as unknown as Beat[];
  }

  put(beat: Beat): void {
    this.#put.run({ ...beat });
  }

  remove({ node, life }: NodeLife): void {
    this.#remove.run(node, life);
  }

  /** Removes an empty file if nobody else can have it open. */
  close(alone: boolean): void {
    const empty = alone && this.all().length === 0;
    this.#db.close();
    if (empty) rmSync(this.#file, { force: true });
  }
}

/** Two that make the file at once get in each other's way, where SQLite does not wait by itself. */
function opened(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec(`${SETTINGS}; ${TABLE}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
