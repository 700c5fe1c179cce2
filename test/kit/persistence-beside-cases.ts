/** What the contract says of a store that several nodes use at once; empty, opened twice. */
import assert from 'node:assert/strict';
import type { Cases } from './persistence-bench.ts';
import {
  at,
  beat,
  lifeOf,
  lines,
  LONG_MS,
  look,
  mustBeatMeanwhile,
} from './persistence-ownership-cases.ts';

const [A, B] = [lifeOf('a'), lifeOf('b')];

export const BESIDE_CASES: Cases = {
  'is one store for all who have it open': async (bench) => {
    const [one, other] = [bench.store, await bench.openBeside()];
    assert.deepEqual(
      [other.log, other.shards, other.guarantees.shared],
      [one.log, one.shards, one.guarantees.shared],
    );
    assert.equal(one.guarantees.shared, true);
    await beat(one.ownership, A);
    await one.ownership.take(A, [at(0)], false);
    const { nodes, shards } = await beat(other.ownership, B);
    assert.deepEqual(
      nodes.map(({ life, gone }) => [life, gone]),
      [
        ['a-1', false],
        ['b-1', false],
      ],
    );
    assert.equal(lines(shards)[0], '0 1 a-1');
    assert.equal((await look(one.ownership, 'b'))?.gone, false);
  },

  'reads beside what was kept, and keeps beside what follows it': async (bench) => {
    const [one, other] = [bench.store, await bench.openBeside()];
    await one.ownership.take(A, [at(0)], false);
    const append = (epoch: number, position: number) => {
      return [{ shard: 0, epoch, entries: bench.run('g/tea', position, 2), changes: [] }];
    };
    assert.deepEqual(await one.append(append(1, 1)), ['kept']);
    assert.equal((await other.loadConversation('g/tea'))?.position, 2);
    await other.ownership.take(B, [at(0, 1)], false);
    const late = append(1, 3);
    assert.deepEqual(await one.append(late), ['fenced']);
    assert.deepEqual(await other.append(append(2, 3)), ['kept']);
    assert.equal((await bench.all('g/tea')).length, 4);
    assert.deepEqual(await one.append(late), ['fenced']);
  },

  'holds a lease against whoever has it open': async (bench) => {
    const [one, other] = [bench.store.ownership, (await bench.openBeside()).ownership];
    await beat(one, A);
    await one.take(A, [at(0)], false);
    assert.equal(await other.beat(lifeOf('a', 2), LONG_MS), 'taken');
    assert.deepEqual(lines(await other.take(B, [at(0, 1)], false)), ['0 1 a-1']);
    await one.leave(A);
    assert.deepEqual(lines(await other.take(B, [at(0, 1)], false)), ['0 2 b-1']);
    await beat(other, lifeOf('a', 2));
  },

  'fences from a take beside on, and loses nothing kept before': async (bench) => {
    const [one, other] = [bench.store, await bench.openBeside()];
    await one.ownership.take(A, [at(0)], false);
    const part = (position: number, epoch: number) => {
      return [{ shard: 0, epoch, entries: bench.run('g/tea', position, 1), changes: [] }];
    };
    const appends = Array.from({ length: 200 }, (_, which) => one.append(part(which + 1, 1)));
    await appends[0];
    assert.deepEqual(lines(await other.ownership.take(B, [at(0, 1)], true)), ['0 2 b-1']);
    const atTake = (await bench.all('g/tea')).length;
    const outcomes = (await Promise.all(appends)).flat();
    assert.equal(outcomes.filter((outcome) => outcome === 'kept').length, atTake);
    assert.deepEqual(await one.append(part(atTake + 1, 1)), ['fenced']);
    assert.deepEqual(await other.append(part(atTake + 1, 2)), ['kept']);
  },

  'lets exactly one of many take through either at the same time': async (bench) => {
    const both = [bench.store.ownership, (await bench.openBeside()).ownership];
    const takes = [at(0), at(1), at(2), at(3)];
    for (let epoch = 0; epoch < 5; epoch += 1) {
      const believed = takes.map(({ shard }) => at(shard, epoch));
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, which) =>
          both[which % 2]!.take(
            lifeOf(`n${which}`),
            which % 3 === 0 ? believed : believed.toReversed(),
            true,
          ),
        ),
      );
      const won = answers.filter((answer, which) =>
        answer.every(({ owner }) => owner?.life === `n${which}-1`),
      );
      assert.equal(won.length, 1);
      const { shards } = await both[0]!.look();
      const winner = won[0]![0]!.owner!.life;
      const after = takes.map(({ shard }) => `${shard} ${epoch + 1} ${winner}`);
      assert.deepEqual(lines(shards.slice(0, 4)), after);
    }
  },

  'answers beats while others append': async (bench) => {
    const { ownership } = await bench.openBeside();
    await mustBeatMeanwhile(bench, ownership);
  },

  'frees what a life held that it calls gone, though its lease runs': async (bench) => {
    const { ownership } = bench.store;
    const other = await bench.openBeside();
    await beat(other.ownership, A);
    await other.ownership.take(A, [at(0)], false);
    assert.equal((await look(ownership, 'a'))?.gone, false);
    await bench.closeBeside(other);
    const before = (await look(ownership, 'a'))?.gone;
    const [taken] = await ownership.take(B, [at(0, 1)], false);
    const after = (await look(ownership, 'a'))?.gone;
    const isTaken = taken?.owner?.life === 'b-1';
    if (before === true) assert.equal(isTaken, true);
    if (isTaken) assert.equal(after, true);
    const next = await ownership.beat(lifeOf('a', 2), LONG_MS);
    if (after === true) assert.notEqual(next, 'taken');
  },
};
