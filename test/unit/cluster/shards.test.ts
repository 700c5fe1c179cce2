import assert from 'node:assert/strict';
import type { Persistence } from 'im-kernel/contract';
import { quietHost } from 'im-kernel/kit';
import { Shards, shardOf } from '../../../core/cluster/shards.ts';
import memory from '../../../plugins/persistence/memory/index.ts';

const LIFE = { node: 'im-1', life: 'first' };
const OTHER = { node: 'im-2', life: 'second' };

async function started(): Promise<Persistence> {
  const store = memory.create({ shards: 8 }, quietHost());
  await store.start(new AbortController().signal);
  return store;
}

/** Takes these shards as they stand. */
async function take(shards: Shards, store: Persistence, wanted: number[]): Promise<boolean> {
  const { shards: all } = await store.ownership.look();
  return shards.take(
    all.filter(({ shard }) => wanted.includes(shard)),
    false,
  );
}

describe('shards', () => {
  it('stay where they are: another hash would lose every conversation', () => {
    const names = ['d/ann/bob', 'd/bob/cat', 'g/tea', 'g/a', 'd/u/u'];
    assert.deepEqual(
      names.map((name) => shardOf(name, 64)),
      [45, 45, 6, 30, 58],
    );
  });

  it('are spread evenly, also over names that differ little', () => {
    const counts = Array.from({ length: 64 }, () => 0);
    for (let at = 0; at < 64_000; at += 1) {
      const shard = shardOf(`g/group-${at}`, 64);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    assert.ok(Math.min(...counts) > 800 && Math.max(...counts) < 1_200, counts.join());
  });

  it('have an epoch while they are owned, a higher one each time', async () => {
    const store = await started();
    const shards = new Shards(store, LIFE);
    assert.equal(shards.epoch(3), undefined);
    await take(shards, store, [3, 4]);
    assert.equal(await shards.retake(3), true);
    assert.deepEqual([shards.epoch(3), shards.epoch(4), shards.epoch(5)], [2, 1, undefined]);
    assert.deepEqual(shards.owned(), [
      { shard: 3, epoch: 2 },
      { shard: 4, epoch: 1 },
    ]);
    assert.ok(shards.of('g/tea') < 8);
  });

  it('are lost, and told of once, when another owns them', async () => {
    const store = await started();
    const shards = new Shards(store, LIFE);
    const lost: number[] = [];
    shards.onLost = (shard) => lost.push(shard);
    await take(shards, store, [3, 4]);
    await store.ownership.take(OTHER, [{ shard: 3, epoch: 1 }], true);
    assert.equal(await shards.settle(3), false);
    assert.equal(await shards.retake(3), false);
    assert.equal(shards.epoch(3), undefined);
    assert.equal(await shards.settle(4), true);
    assert.deepEqual(lost, [3]);
  });

  it('are this life’s own where the answer to its take got lost', async () => {
    const store = await started();
    const shards = new Shards(store, LIFE);
    await take(shards, store, [3]);
    await store.ownership.take(LIFE, [{ shard: 3, epoch: 1 }], false);
    assert.equal(await shards.settle(3), true);
    assert.equal(shards.epoch(3), 2);
  });

  it('are nobody’s for a life that has ended', async () => {
    const store = await started();
    const shards = new Shards(store, LIFE);
    await take(shards, store, [3]);
    shards.end();
    assert.equal(shards.ended, true);
    assert.equal(shards.epoch(3), undefined);
  });
});
