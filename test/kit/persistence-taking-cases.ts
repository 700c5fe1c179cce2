/** What the contract says of taking shards, asked of an empty store. */
import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import type { Ownership, ShardAppend } from 'im-kernel/contract';
import type { Bench, Cases } from './persistence-bench.ts';
import { at, beat, lifeOf, lines, onceOver, SHORT_MS } from './persistence-ownership-cases.ts';

const [A, B] = [lifeOf('a'), lifeOf('b')];

/** How the first `count` shards stand. */
async function standing(ownership: Ownership, count: number): Promise<readonly string[]> {
  return lines((await ownership.look()).shards.slice(0, count));
}

/** Asks that node b takes shard 0, epoch 1, of life a-1, without force. */
async function mustBeFree(ownership: Ownership): Promise<void> {
  assert.deepEqual(lines(await ownership.take(B, [at(0, 1)], false)), ['0 2 b-1']);
}

function append(bench: Bench, position: number, epoch: number): ShardAppend {
  return { shard: 0, epoch, entries: bench.run('g/tea', position, 1), changes: [] };
}

const TAKING: Cases = {
  'raises the epoch of each shard that is taken by one, and answers in the sequence asked for':
    async ({ store: { ownership } }) => {
      assert.deepEqual(lines(await ownership.take(A, [at(2), at(0)], false)), [
        '2 1 a-1',
        '0 1 a-1',
      ]);
      assert.deepEqual(await standing(ownership, 4), ['0 1 a-1', '1 0 -', '2 1 a-1', '3 0 -']);
      assert.deepEqual(lines(await ownership.take(A, [at(0, 1)], false)), ['0 2 a-1']);
      assert.deepEqual(await ownership.take(A, [], false), []);
    },

  'takes none if one of them has another epoch than is believed, even by force': async ({
    store: { ownership },
  }) => {
    await ownership.take(A, [at(0)], false);
    for (const [believed, force] of [
      [0, true],
      [2, true],
      [0, false],
    ] as const) {
      const answer = await ownership.take(B, [at(1), at(0, believed)], force);
      assert.deepEqual(lines(answer), ['1 0 -', '0 1 a-1']);
    }
    assert.deepEqual(await standing(ownership, 2), ['0 1 a-1', '1 0 -']);
  },

  'takes none if one of them is owned by another node whose lease runs': async ({
    store: { ownership },
  }) => {
    await beat(ownership, A);
    await ownership.take(A, [at(0)], false);
    const answer = await ownership.take(B, [at(1), at(0, 1)], false);
    assert.deepEqual(lines(answer), ['1 0 -', '0 1 a-1']);
    assert.deepEqual(await standing(ownership, 2), ['0 1 a-1', '1 0 -']);
  },

  'takes them by force while that lease runs': async ({ store: { ownership } }) => {
    await beat(ownership, A);
    await ownership.take(A, [at(0)], false);
    const answer = await ownership.take(B, [at(1), at(0, 1)], true);
    assert.deepEqual(lines(answer), ['1 1 b-1', '0 2 b-1']);
  },

  'takes what is owned by a life that has left, or that never beat': async ({
    store: { ownership },
  }) => {
    await ownership.take(A, [at(0), at(1)], false);
    await mustBeFree(ownership);
    await beat(ownership, A);
    await ownership.leave(A);
    assert.deepEqual(lines(await ownership.take(B, [at(1, 1)], false)), ['1 2 b-1']);
  },

  'takes what another node owns once its lease is over': async ({ store: { ownership } }) => {
    const begunMs = performance.now();
    await beat(ownership, A, SHORT_MS);
    await ownership.take(A, [at(0)], false);
    const taken = async () => (await ownership.take(B, [at(0, 1)], false))[0]?.epoch === 2;
    await onceOver(begunMs, taken);
  },

  'takes what an earlier life of a node owns whose later life beats': async ({
    store: { ownership },
  }) => {
    await ownership.take(A, [at(0)], false);
    await beat(ownership, lifeOf('a', 2));
    await mustBeFree(ownership);
  },

  'takes what an earlier life of the same node owns, whose lease runs': async ({
    store: { ownership },
  }) => {
    await beat(ownership, A);
    await ownership.take(A, [at(0)], false);
    assert.deepEqual(lines(await ownership.take(lifeOf('a', 2), [at(0, 1)], false)), ['0 2 a-2']);
  },

  'rejects a shard that does not exist as a bug, and takes none': async ({ store }) => {
    const { ownership, shards } = store;
    for (const shard of [shards, -1]) {
      const work = ownership.take(A, [at(0), at(shard)], true);
      await assert.rejects(work, (error) => error instanceof ImError && error.kind === 'bug');
    }
    assert.deepEqual(await standing(ownership, 1), ['0 0 -']);
  },
};

const REPEATS: Cases = {
  'takes nothing anew when a take that came in is repeated': async (bench) => {
    const { ownership } = bench.store;
    for (const _ of ['the first time', 'a repeat'])
      assert.deepEqual(lines(await ownership.take(A, [at(0), at(1)], false)), [
        '0 1 a-1',
        '1 1 a-1',
      ]);
    assert.deepEqual(await bench.store.append([append(bench, 1, 1)]), ['kept']);
  },

  'counts a shard as taken that the life took before under the same epoch': async ({
    store: { ownership },
  }) => {
    await ownership.take(A, [at(0)], false);
    const answer = await ownership.take(A, [at(0), at(1)], false);
    assert.deepEqual(lines(answer), ['0 1 a-1', '1 1 a-1']);
  },

  'does not take a repeat for one that another life of the node asks': async ({
    store: { ownership },
  }) => {
    await ownership.take(A, [at(0)], false);
    const answer = await ownership.take(lifeOf('a', 2), [at(0), at(1)], true);
    assert.deepEqual(lines(answer), ['0 1 a-1', '1 0 -']);
  },

  'takes nothing back when a take is repeated late': async (bench) => {
    const { ownership } = bench.store;
    await ownership.take(A, [at(0), at(1)], false);
    await ownership.take(B, [at(0, 1)], true);
    for (const force of [false, true]) {
      const answer = await ownership.take(A, [at(0), at(1)], force);
      assert.deepEqual(lines(answer), ['0 2 b-1', '1 1 a-1']);
    }
    assert.deepEqual(await bench.store.append([append(bench, 1, 2)]), ['kept']);
  },
};

const RACES: Cases = {
  'fences everything under an older epoch from a take on, and loses nothing kept before': async (
    bench,
  ) => {
    const { store } = bench;
    await store.ownership.take(A, [at(0)], false);
    const appends = Array.from({ length: 100 }, (_, one) =>
      store.append([append(bench, one + 1, 1)]),
    );
    assert.deepEqual(lines(await store.ownership.take(B, [at(0, 1)], true)), ['0 2 b-1']);
    const outcomes = (await Promise.all(appends)).flat();
    const kept = outcomes.filter((outcome) => outcome === 'kept').length;
    assert.ok(
      outcomes.slice(0, kept).every((outcome) => outcome === 'kept'),
      outcomes.join(),
    );
    assert.equal((await bench.all('g/tea')).length, kept);
    assert.deepEqual(await store.append([append(bench, kept + 1, 1)]), ['fenced']);
    assert.deepEqual(await store.append([append(bench, kept + 1, 2)]), ['kept']);
  },

  'lets exactly one of many take at the same time, whatever their sequence': async ({
    store: { ownership },
  }) => {
    const takers = Array.from({ length: 10 }, (_, which) => lifeOf(`n${which}`));
    const takes = [at(0), at(1), at(2), at(3)];
    await Promise.all(
      takers.map((taker, which) =>
        ownership.take(taker, which % 2 === 0 ? takes : takes.toReversed(), which % 3 === 0),
      ),
    );
    const { shards } = await ownership.look();
    const winner = shards[0]?.owner?.life;
    assert.ok(
      takers.some(({ life }) => life === winner),
      `${winner} is one of them`,
    );
    const won = takes.map(({ shard }) => `${shard} 1 ${winner}`);
    assert.deepEqual(lines(shards.slice(0, 4)), won);
  },

  'lets one of two win all where they want the same shard': async ({ store: { ownership } }) => {
    const [a, b] = await Promise.all([
      ownership.take(A, [at(0), at(1)], true),
      ownership.take(B, [at(2), at(1)], true),
    ]);
    const isA = a[1]?.owner?.life === 'a-1';
    const after = isA ? ['0 1 a-1', '1 1 a-1', '2 0 -'] : ['0 0 -', '1 1 b-1', '2 1 b-1'];
    assert.deepEqual(await standing(ownership, 3), after);
    assert.equal(b[1]?.owner?.life === 'b-1', !isA);
  },
};

export const TAKING_CASES: Cases = { ...TAKING, ...REPEATS, ...RACES };
