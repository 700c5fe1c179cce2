import assert from 'node:assert/strict';
import type { Persistence } from 'im-kernel/contract';
import { Shards, shardOf } from '../../../core/cluster/shards.ts';

/** `lost`: the answer to the next take never comes, though it came in. */
function storeOf(shards: number, lost = false): Persistence {
  const epochs = new Map<number, number>();
  const raise = (shard: number): number => {
    epochs.set(shard, (epochs.get(shard) ?? 0) + 1);
    return epochs.get(shard) ?? 0;
  };
  const store: Partial<Persistence> = {
    shards,
    takeShards: async (_node, wanted) => {
      const raised = wanted.map(raise);
      if (!lost) return raised;
      lost = false;
      throw new Error('the answer got lost');
    },
  };
  return store as Persistence;
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
    const shards = new Shards(storeOf(8), 'im-1');
    assert.equal(shards.epoch(3), undefined);
    await shards.take([3, 4]);
    await shards.take([3]);
    assert.deepEqual([shards.epoch(3), shards.epoch(4), shards.epoch(5)], [2, 1, undefined]);
    shards.lose(3);
    assert.equal(shards.epoch(3), undefined);
    assert.ok(shards.of('g/tea') < 8);
  });

  it('may have been taken by this node itself where an answer got lost, once for each', async () => {
    const shards = new Shards(storeOf(8, true), 'im-1');
    await assert.rejects(shards.take([3]), /got lost/);
    await shards.take([3, 4]);
    assert.deepEqual([shards.wasTakenHere(3), shards.wasTakenHere(3)], [true, false]);
    assert.equal(shards.wasTakenHere(4), false);
  });
});
