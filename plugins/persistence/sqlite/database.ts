/** Opens the file: its folder, its lock, its settings, its schema. */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { faultOf, primaryCode, reasonOf } from './faults.ts';
import type { Failure, OpenSettings } from './messages.ts';
import { patiently, START_WAIT_MS } from './patience.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';
import { within } from './transaction.ts';

/** How long a start waits for a program that just opens or closes the file. */
const LOCK_WAIT_MS = 1_000;
const BUSY = 5;
const NOT_A_DATABASE = 26;
const CACHE_KIB = 65_536;

/** Why a file cannot be used, in the words of the kernel's catalogue. */
export class Refusal extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

function refuse(file: string, why: string): never {
  throw new Refusal({ code: 'IM_STORE_OPEN', details: { file, setting: 'file', why } });
}

/** A folder's new name is on the disk only once the folder above it is synced. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) {
    syncFolder(dirname(made));
  }
}

function pragma(db: DatabaseSync, name: string): unknown {
  const row = db.prepare(`PRAGMA ${name}`).get();
  return row && Object.values(row)[0];
}

/**
 * Exclusive, when alone: one process, and the index of the write-ahead log in its memory, where a
 * full disk cannot hurt it. Full: a commit is synced before it returns. Secure: what is deleted,
 * such as a body that is retired, is overwritten with zeros. Checkpoints are ours to time.
 */
function configure(db: DatabaseSync, { file, together }: OpenSettings): void {
  db.exec('PRAGMA page_size = 4096; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON');
  if (!together) db.exec('PRAGMA locking_mode = EXCLUSIVE');
  if (pragma(db, 'journal_mode = WAL') !== 'wal') refuse(file, 'it cannot keep a write-ahead log');
  db.exec(
    `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -${CACHE_KIB}`,
  );
  // Takes the lock now and for good, where a mere read would leave a second process in.
  if (!together) db.exec('BEGIN IMMEDIATE; COMMIT');
}

/** In a transaction, as another may be making the file. Throws a Refusal for what is not ours. */
function versionOf(db: DatabaseSync, file: string): number {
  const found = Number(pragma(db, 'user_version'));
  const known = MIGRATIONS.length;
  const strange = found === 0 ? Number(pragma(db, 'schema_version')) !== 0 : !isOurs(db);
  if (strange) refuse(file, 'it holds the data of another program');
  if (found > known) {
    throw new Refusal({ code: 'IM_STORE_NEWER', details: { file, setting: 'file', found, known } });
  }
  return found;
}

/** In a transaction: others may be about to do the same. */
function migrate(db: DatabaseSync, file: string): void {
  for (let version = versionOf(db, file); version < MIGRATIONS.length; version += 1) {
    db.exec(MIGRATIONS[version]!);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + 1}`);
  }
}

function isOurs(db: DatabaseSync): boolean {
  return pragma(db, 'application_id') === APPLICATION_ID;
}

function reasonToRefuse(error: unknown, together: boolean): string {
  const primary = primaryCode(error);
  const busy = together
    ? 'another process has it open for itself alone, or was stopped with it'
    : 'another process has it open';
  if (primary === BUSY) return busy;
  if (primary === NOT_A_DATABASE) return 'it is damaged, or no SQLite file';
  return reasonOf(error);
}

function prepare(db: DatabaseSync, settings: OpenSettings): void {
  const { file } = settings;
  configure(db, settings);
  // A file that is up to date is opened without writing: another who writes without end, or was
  // stopped in a write, does not keep a backup from starting.
  const found = within(db, () => versionOf(db, file), 'BEGIN');
  if (found < MIGRATIONS.length) within(db, () => migrate(db, file));
  // What a broken predecessor could not sync may stand in the write-ahead log as if it were kept:
  // copied and synced now, it really is, before anybody is told of it. (While others have the file
  // open, the log's index knows what is kept, and this may do nothing.)
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

function opened(settings: OpenSettings): DatabaseSync {
  makeFolder(dirname(settings.file));
  const db = new DatabaseSync(settings.file, { timeout: 0 });
  try {
    prepare(db, settings);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Throws a Refusal. */
export function openDatabase(settings: OpenSettings): DatabaseSync {
  const { file, together } = settings;
  try {
    return patiently(together ? START_WAIT_MS : LOCK_WAIT_MS, () => opened(settings));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // What stands in the write-ahead log alone must find room in the file before anything is said.
    if (faultOf(error) === 'full') {
      const why = `${file}: ${reasonOf(error)}`;
      throw new Refusal({ code: 'IM_STORE_FULL', details: { setting: 'file', why } });
    }
    return refuse(file, reasonToRefuse(error, together));
  }
}

/** The log's name and number of shards: those of the file, or of the settings if it is new. */
export function identify(
  db: DatabaseSync,
  settings: OpenSettings,
): { log: string; shards: number } {
  const insert = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const select = db.prepare('SELECT value FROM meta WHERE key = ?');
  const write = (): void => {
    insert.run('log', settings.log);
    insert.run('shards', String(settings.shards));
  };
  return patiently(START_WAIT_MS, () => {
    if (select.get('log') === undefined) within(db, write);
    return {
      log: String(select.get('log')?.['value']),
      shards: Number(select.get('shards')?.['value']),
    };
  });
}
