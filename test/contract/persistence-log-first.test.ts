import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Persistence } from 'im-kernel/contract';
import memory from '../../plugins/persistence/memory/index.ts';
import sqlite from '../../plugins/persistence/sqlite/index.ts';
import { Bench } from '../kit/persistence-bench.ts';
import { judgePersistence } from '../kit/persistence-judge.ts';
import { quietHost, seededRandom } from '../kit/quiet-host.ts';
import { ExternalLog } from './log-first/external-log.ts';
import { logFirst } from './log-first/log-first-store.ts';
import { takeShards } from '../kit/take-shards.ts';

const SHARDS = 8;

judgePersistence({
  name: 'an external log first, sqlite second',
  async make() {
    const folder = await mkdtemp(join(tmpdir(), 'im-log-first-'));
    const log = new ExternalLog(SHARDS);
    const config = { file: join(folder, 'im.db'), shards: SHARDS };
    return {
      open: () => logFirst(log, sqlite.create(config, quietHost())),
      destroy: () => rm(folder, { recursive: true }),
    };
  },
});

describe('an external log first', () => {
  let log: ExternalLog;
  let made: Persistence[];
  let bench: Bench;

  /** Each opening has a store that holds nothing: everything comes from the log. */
  beforeEach(async () => {
    log = new ExternalLog(SHARDS);
    made = [];
    bench = new Bench({
      open: () => {
        const random = seededRandom(made.length + 1);
        const store = memory.create({ shards: SHARDS }, quietHost({ random }));
        made.push(store);
        return logFirst(log, store);
      },
      destroy: () => Promise.resolve(),
    });
    await bench.open();
  });
  afterEach(() => bench.destroy());

  it('makes the whole store again from the log', async () => {
    const kept = await bench.keep(bench.run('g/tea', 1, 200));
    await bench.reopen();
    const ids = (await bench.all('g/tea')).map(({ id }) => id);
    assert.deepEqual(
      ids,
      kept.map(({ id }) => id),
    );
    const again = bench.entry('g/tea', 201, { number: kept[0]!.number });
    assert.deepEqual(await bench.store.append([bench.part(0, [again])]), ['stale']);
  });

  it('finds a batch whose answer got lost as soon as its shard is taken again', async () => {
    const [entry] = bench.run('g/tea', 1, 1);
    log.lose = 'written';
    assert.deepEqual(await bench.store.append([bench.part(0, [entry!])]), ['unknown']);
    await bench.take();
    assert.equal((await bench.store.findEntry(entry!, entry!.number))?.id, entry!.id);
  });

  it('keeps a batch that never reached the log out for good', async () => {
    const [entry] = bench.run('g/tea', 1, 1);
    log.lose = 'not written';
    assert.deepEqual(await bench.store.append([bench.part(0, [entry!])]), ['unknown']);
    await bench.take();
    assert.equal(await bench.store.findEntry(entry!, entry!.number), undefined);
    await bench.keep([entry!]);
  });

  it('calls a batch that the log has and the store has not `unknown`, never refused', async () => {
    const [entry] = bench.run('g/tea', 1, 1);
    // Another owner took the shard of the store, and has not come to the log yet.
    await takeShards(made[0]!, 'another', [0]);
    assert.deepEqual(await bench.store.append([bench.part(0, [entry!])]), ['unknown']);
    await bench.take();
    assert.equal((await bench.all('g/tea')).length, 1);
  });

  it('lets nothing of a former owner in', async () => {
    const former = bench.part(0, bench.run('g/tea', 1, 1));
    await bench.take();
    assert.deepEqual(await bench.store.append([former]), ['fenced']);
    await bench.reopen();
    assert.deepEqual(await bench.all('g/tea'), []);
  });
});
