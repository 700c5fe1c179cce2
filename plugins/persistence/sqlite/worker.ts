/** The store's thread: it alone touches the file, so that a sync never holds up the node. */
import { parentPort, workerData } from 'node:worker_threads';
import { Appends } from './appends.ts';
import { Bodies } from './bodies.ts';
import { Checkpoints } from './checkpoints.ts';
import { identify, openDatabase, Refusal } from './database.ts';
import { Epochs } from './epochs.ts';
import { reasonOf } from './faults.ts';
import { GroupCommit } from './group-commit.ts';
import type { Failure, FromThread, OpenSettings } from './messages.ts';
import { Names } from './names.ts';
import { OwnershipTable } from './ownership-table.ts';
import { ProgressWriter } from './progress.ts';
import { Reads } from './reads.ts';
import { RegisterTable } from './register.ts';
import { StoreLoop } from './store-loop.ts';

function say(message: FromThread): void {
  parentPort!.postMessage(message);
}

function open(settings: OpenSettings): void {
  const db = openDatabase(settings);
  const opened = identify(db, settings);
  const names = new Names(db);
  const epochs = new Epochs(db);
  const register = new RegisterTable(db);
  const appends = new Appends(db, names, epochs);
  const progress = new ProgressWriter(db, names);
  const bodies = new Bodies(db);
  const { file, together } = settings;
  const ownership = together ? undefined : new OwnershipTable(db, file, opened.shards);
  const writers = { names, epochs, appends, bodies, progress, register, ownership };
  const commits = new GroupCommit(db, writers);
  const reads = new Reads(db, names, register);
  const checkpoints = new Checkpoints(db);
  new StoreLoop(parentPort!, { db, reads, commits, checkpoints, ownership }).run();
  say({ say: 'opened', ...opened });
}

function failureOf(error: unknown, { file }: OpenSettings): Failure {
  if (error instanceof Refusal) return error.failure;
  return { code: 'IM_STORE_OPEN', details: { file, why: reasonOf(error) } };
}

const settings = workerData as OpenSettings;
try {
  open(settings);
} catch (error) {
  say({ say: 'refused', failure: failureOf(error, settings) });
}
