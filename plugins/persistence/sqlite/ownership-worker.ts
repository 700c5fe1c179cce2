/** A thread for beats and takes, where several processes use the file at once. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { reasonOf } from './faults.ts';
import type { FromThread, OpenSettings } from './messages.ts';
import { OwnershipLoop } from './ownership-loop.ts';
import { OwnershipTable } from './ownership-table.ts';
import { START_WAIT_MS } from './patience.ts';
import { RegisterTable } from './register.ts';

function say(message: FromThread): void {
  parentPort!.postMessage(message);
}

/** The other thread has made the file, and has it open. */
function open({ file, log, shards }: OpenSettings): void {
  const db = new DatabaseSync(file, { timeout: START_WAIT_MS });
  db.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
  const table = new OwnershipTable(db, file, shards);
  const register = new RegisterTable(db);
  db.exec('PRAGMA busy_timeout = 0');
  new OwnershipLoop(parentPort!, { db, table, register }, file).run();
  say({ say: 'opened', log, shards });
}

const settings = workerData as OpenSettings;
try {
  open(settings);
} catch (error) {
  const details = { file: settings.file, setting: 'file', why: reasonOf(error) };
  say({ say: 'refused', failure: { code: 'IM_STORE_OPEN', details } });
}
