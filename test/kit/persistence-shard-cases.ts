/** What the contract says of reading a shard's log, and of listing the register. */
import assert from 'node:assert/strict';
import type { Entry, Persistence } from 'im-kernel/contract';
import { plainAll, type Bench, type Cases } from './persistence-bench.ts';

/** Answers without any progress are the end; so many with progress would be none. */
const PAGES_MAX = 10_000;

interface Walk {
  readonly entries: readonly Entry[];
  readonly upTo: number;
}

/** Reads a shard page by page until nothing follows. */
async function walk(
  store: Persistence,
  shard: number,
  after: number,
  limit: number,
): Promise<Walk> {
  const entries: Entry[] = [];
  let at = after;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { entries: more, upTo } = await store.readShard(shard, at, limit);
    assert.ok(Number.isSafeInteger(upTo) && upTo >= at, `the cursor went from ${at} to ${upTo}`);
    assert.ok(more.length <= limit, `${more.length} entries where ${limit} were asked for`);
    entries.push(...more);
    if (upTo === at) return { entries, upTo };
    at = upTo;
  }
  throw new assert.AssertionError({ message: 'the shard has no end' });
}

async function keepIn(bench: Bench, shard: number, entries: readonly Entry[]): Promise<void> {
  assert.deepEqual(await bench.store.append([bench.part(shard, entries)]), ['kept']);
}

/** Three conversations in two shards, kept in turn; answers with those of each shard. */
async function fill(bench: Bench): Promise<readonly (readonly Entry[])[]> {
  const kept: Entry[][] = [[], []];
  for (let position = 1; position <= 7; position += 1) {
    for (const [shard, name] of [
      [0, 'g/tea'],
      [1, 'g/pie'],
      [0, 'd/ann/bob'],
    ] as const) {
      const entry = bench.entry(name, position);
      await keepIn(bench, shard, [entry]);
      kept[shard]!.push(entry);
    }
  }
  return kept;
}

export const SHARD_CASES: Cases = {
  'reads each shard whole, in the sequence of keeping, in pages of any size': async (bench) => {
    const kept = await fill(bench);
    for (const limit of [1, 2, 3, 100]) {
      for (const shard of [0, 1]) {
        const { entries } = await walk(bench.store, shard, 0, limit);
        assert.deepEqual(plainAll(entries), plainAll(kept[shard]!), `pages of ${limit}`);
      }
    }
    assert.deepEqual((await walk(bench.store, 2, 0, 9)).entries, []);
  },

  'goes on from a cursor with exactly what came after it': async (bench) => {
    await fill(bench);
    const { upTo } = await walk(bench.store, 0, 0, 3);
    const end = await bench.store.shardEnd(0);
    const later = bench.run('g/tea', 8, 3);
    await keepIn(bench, 1, bench.run('g/pie', 8, 2));
    await keepIn(bench, 0, later);
    for (const after of [upTo, end]) {
      const { entries } = await walk(bench.store, 0, after, 2);
      assert.deepEqual(plainAll(entries), plainAll(later));
    }
  },

  'reads the same again after the same cursor, whatever came since': async (bench) => {
    await fill(bench);
    const first = await bench.store.readShard(0, 0, 4);
    await keepIn(bench, 0, bench.run('g/tea', 8, 5));
    const again = await bench.store.readShard(0, 0, 4);
    const count = first.entries.length;
    assert.deepEqual(plainAll(again.entries.slice(0, count)), plainAll(first.entries));
  },

  'reads nothing for a limit of nothing, and goes nowhere at the end': async (bench) => {
    await fill(bench);
    assert.deepEqual((await bench.store.readShard(0, 0, 0)).entries, []);
    const { upTo } = await walk(bench.store, 0, 0, 9);
    assert.deepEqual(await bench.store.readShard(0, upTo, 9), { entries: [], upTo });
  },

  'shows nothing of a part that was not kept': async (bench) => {
    await keepIn(bench, 0, bench.run('g/tea', 1, 2));
    const stale = bench.part(0, [bench.entry('g/tea', 3), bench.entry('g/tea', 9)]);
    assert.deepEqual(await bench.store.append([stale]), ['stale']);
    assert.equal((await walk(bench.store, 0, 0, 9)).entries.length, 2);
  },

  'finds a shard’s entries behind thousands of another’s': async (bench) => {
    await keepIn(bench, 1, bench.run('g/pie', 1, 3_000));
    const mine = bench.run('g/tea', 1, 1);
    await keepIn(bench, 0, mine);
    const { entries } = await walk(bench.store, 0, 0, 16);
    assert.deepEqual(plainAll(entries), plainAll(mine));
  },

  'skips nothing that is kept while it is read, in this shard and in others': async (bench) => {
    const rounds = 60;
    let left = 2;
    const fillShard = async (shard: number, name: string): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        await keepIn(bench, shard, bench.run(name, round * 3 + 1, 3));
      }
      left -= 1;
    };
    const filling = [fillShard(0, 'g/tea'), fillShard(1, 'g/pie')];
    const positions: number[] = [];
    for (let after = 0, done = false; !done;) {
      done = left === 0;
      const { entries, upTo } = await walk(bench.store, 0, after, 4);
      positions.push(...entries.map(({ position }) => position));
      after = upTo;
    }
    await Promise.all(filling);
    assert.deepEqual(
      positions,
      Array.from({ length: rounds * 3 }, (_, at) => at + 1),
    );
  },

  'lists the register by prefix, in byte order, page by page': async ({ store: { register } }) => {
    const keys = ['b/2', 'b/10', 'b/é', 'b', 'b0', 'a/1', 'b/1', 'c/1'];
    for (const key of keys) await register.compareAndSet(key, undefined, `value of ${key}`);
    const wanted = ['b/1', 'b/10', 'b/2', 'b/é'];
    const all = await register.list('b/', '', 100);
    assert.deepEqual(
      all,
      wanted.map((key) => ({ key, value: `value of ${key}` })),
    );
    const paged: string[] = [];
    for (let after = ''; ; after = paged.at(-1)!) {
      const page = await register.list('b/', after, 3);
      if (page.length === 0) break;
      paged.push(...page.map(({ key }) => key));
    }
    assert.deepEqual(paged, wanted);
    assert.deepEqual(await register.list('d/', '', 9), []);
    assert.deepEqual(await register.list('b/', '', 0), []);
    assert.equal((await register.list('', 'b0', 9)).length, 1);
  },
};
