/**
 * A process that appends to a sqlite store and says what was acknowledged, for tests that kill it
 * or watch its system calls. Arguments: file, batches, entries per batch, batches in flight.
 * Each acknowledgement is one line on standard output, written before anything else is done.
 */
import { writeSync } from 'node:fs';
import { ImError } from 'im-kernel/contract';
import sqlite from '../../../plugins/persistence/sqlite/index.ts';
import { never, quietHost } from '../../kit/quiet-host.ts';
import { entryAt } from './folder.ts';
import { takeShards } from '../../kit/take-shards.ts';

const [file, batches, size, flight] = process.argv.slice(2);
const SIZE = Number(size);
const CONVERSATION = 'g/tea';

const store = sqlite.create({ file: file!, shards: 8 }, quietHost());
await store.start(never());
const [epoch] = await takeShards(store, 'appender', [0]);
const before = (await store.loadConversation(CONVERSATION))?.position ?? 0;

async function append(batch: number): Promise<void> {
  const first = before + batch * SIZE + 1;
  const body = Buffer.from(`${first} ${SIZE}`);
  const entries = Array.from({ length: SIZE }, (_, at) => entryAt(first + at, { body }));
  const [outcome] = await store.append([{ shard: 0, epoch: epoch!, entries, changes: [] }]);
  writeSync(1, `${outcome} ${first} ${SIZE}\n`);
}

let next = 0;
async function lane(): Promise<void> {
  while (next < Number(batches)) {
    const batch = next;
    next += 1;
    await append(batch);
  }
}

try {
  await Promise.all(Array.from({ length: Number(flight) }, lane));
} catch (error) {
  writeSync(1, `rejected ${error instanceof ImError ? error.code : String(error)}\n`);
}
await store.stop(never());
writeSync(1, 'stopped\n');
