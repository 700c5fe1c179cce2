/**
 * A process that shares a sqlite file, owns its shard 0, and appends to it without end, for tests
 * that kill or stop it; once another has taken the shard, it writes to the register without end.
 * Arguments: file, node, lease in ms. Its first line says its life; then each line is the highest
 * position that was acknowledged, or `registered`. It beats once.
 */
import { writeSync } from 'node:fs';
import sqlite from '../../../plugins/persistence/sqlite/index.ts';
import { never, quietHost } from '../../kit/quiet-host.ts';
import { entryAt } from './folder.ts';

const [file, node, leaseMs] = process.argv.slice(2);
const SIZE = 50;

const store = sqlite.create({ file: file!, shards: 8 }, quietHost({ together: true }));
await store.start(never());
const life = { node: node!, life: `life-of-${process.pid}` };
const conversation = `g/${node}`;
const record = await store.ownership.beat(life, Number(leaseMs));
const epoch = record === 'taken' ? 0 : record.shards[0]!.epoch;
const [taken] = await store.ownership.take(life, [{ shard: 0, epoch }], true);
writeSync(1, `${life.life}\n`);

async function keep(after: number): Promise<boolean> {
  const entries = Array.from({ length: SIZE }, (_, at) => {
    return entryAt(after + 1 + at, { conversation, body: new Uint8Array(500) });
  });
  const part = { shard: 0, epoch: taken!.epoch, entries, changes: [] };
  return (await store.append([part]))[0] === 'kept';
}

for (let last = SIZE; await keep(last - SIZE); last += SIZE) writeSync(1, `${last}\n`);
for (let value = 0; ; value += 1) {
  const expected = value === 0 ? undefined : `${value}`;
  await store.register.compareAndSet(conversation, expected, `${value + 1}`);
  writeSync(1, 'registered\n');
}
