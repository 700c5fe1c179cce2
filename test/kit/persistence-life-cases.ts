/**
 * What the contract says of a store's life: its name, what outlives it, how it ends; and of the
 * register.
 */
import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import { plainAll, type Bench, type Cases } from './persistence-bench.ts';
import { never } from './quiet-host.ts';

function lasts(bench: Bench): boolean {
  return bench.store.guarantees.durability !== 'memory';
}

/** One of everything, and how it reads. */
async function fill(bench: Bench): Promise<() => Promise<unknown>> {
  const conversation = 'd/ann/bob';
  const members = [{ user: 'bob', from: 1, role: 'member' as const }];
  await bench.keep(bench.run(conversation, 1, 3), [
    { conversation, members, friendship: { state: 'friends' } },
  ]);
  await bench.store.saveProgress({
    cursors: [{ conversation, user: 'bob', device: 'old', cursor: 1 }],
    marks: [{ conversation, user: 'bob', marks: { received: 2, read: 1 } }],
    seen: [{ user: 'bob', at: 99 }],
  });
  await bench.store.registerDevice('bob', 'phone');
  await bench.store.register.compareAndSet('key', undefined, 'value');
  return async () => [
    plainAll(await bench.all(conversation)),
    await bench.store.loadConversation(conversation),
    await bench.store.loadCursor(conversation, 'bob', 'phone'),
    await bench.store.loadCursor(conversation, 'bob', 'old'),
    await bench.store.conversationsOf('bob', '', 9),
    await bench.store.friendsOf('bob', '', 9),
    await bench.store.lastSeen(['bob']),
    await bench.store.register.read('key'),
  ];
}

async function asPassing(work: Promise<unknown>): Promise<'refused' | 'done'> {
  try {
    await work;
    return 'done';
  } catch (error) {
    assert.ok(error instanceof ImError, `an ImError, not ${String(error)}`);
    assert.equal(error.kind, 'passing', error.message);
    return 'refused';
  }
}

const LIFE: Cases = {
  'says its log’s name, its shards and its guarantees once it has started': async (bench) => {
    assert.match(bench.store.log, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.ok(Number.isInteger(bench.store.shards) && bench.store.shards >= 1);
    const known = ['memory', 'process', 'disk', 'replicated'];
    assert.ok(known.includes(bench.store.guarantees.durability));
    const { shared } = bench.store.guarantees;
    assert.ok(!shared || bench.canOpenBeside, 'what is shared is judged with `openBeside`');
  },

  'holds after a reopening what its durability says, under the same log’s name or a new one':
    async (bench) => {
      const { log, shards } = bench.store;
      const read = await fill(bench);
      const before = await read();
      await bench.reopen();
      assert.equal(bench.store.shards, shards);
      if (lasts(bench)) {
        assert.equal(bench.store.log, log);
        assert.deepEqual(await read(), before);
        assert.equal(await bench.store.registerDevice('bob', 'phone'), false);
        await bench.keep(bench.run('d/ann/bob', 4, 1));
      } else {
        assert.notEqual(bench.store.log, log);
        assert.deepEqual(await bench.all('d/ann/bob'), []);
      }
    },

  'knows after a reopening which positions, numbers and epochs are taken': async (bench) => {
    const epoch = bench.epoch(1);
    const [first] = await bench.keep(bench.run('g/tea', 1, 2));
    await bench.reopen();
    if (!lasts(bench)) return assert.equal(bench.epoch(1), 1);
    assert.equal(bench.epoch(1), epoch + 1);
    const again = bench.entry('g/tea', 3, { number: first!.number });
    assert.deepEqual(await bench.store.append([bench.part(0, [again])]), ['stale']);
    const reused = bench.run('g/tea', 2, 1);
    assert.deepEqual(await bench.store.append([bench.part(0, reused)]), ['stale']);
    await bench.keep(bench.run('g/tea', 3, 1));
  },

  'settles at a stop everything that it was handed before': async (bench) => {
    const appends = bench.run('g/tea', 1, 100).map((entry) => {
      return bench.store.append([bench.part(0, [entry])]);
    });
    const settled = Promise.allSettled(appends);
    await bench.close();
    const kept = (await settled).filter((one) => one.status === 'fulfilled').length;
    await bench.open();
    if (lasts(bench)) assert.equal((await bench.all('g/tea')).length, kept);
  },

  'refuses with a passing error before its start and after its stop': async (bench) => {
    const { store } = bench;
    await store.stop(never());
    const late = bench.part(0, bench.run('g/tea', 1, 1));
    for (const work of [
      () => store.append([late]),
      () => store.loadConversation('g/tea'),
      () => store.registerDevice('bob', 'phone'),
      () => store.retire({ shard: 0, after: 0, acceptedBefore: 1, limit: 1 }),
      () => store.register.read('key'),
      () => store.register.compareAndSet('key', undefined, 'x'),
    ]) {
      assert.equal(await asPassing(work()), 'refused');
    }
  },
};

const REGISTER: Cases = {
  'registers a value only against the expected one': async ({ store: { register } }) => {
    assert.equal(await register.read('a'), undefined);
    assert.equal(await register.compareAndSet('a', 'x', 'y'), false);
    assert.equal(await register.read('a'), undefined);
    assert.equal(await register.compareAndSet('a', undefined, ''), true);
    assert.equal(await register.compareAndSet('a', undefined, 'z'), false);
    assert.equal(await register.read('a'), '');
    assert.equal(await register.compareAndSet('a', '', 'thé'), true);
    assert.equal(await register.read('a'), 'thé');
    assert.equal(await register.read('b'), undefined);
  },

  'lets exactly one of many win a register at the same time': async ({ store: { register } }) => {
    const race = async (expected: string | undefined, prefix: string): Promise<string[]> => {
      const nexts = Array.from({ length: 20 }, (_, at) => `${prefix}${at}`);
      const won = nexts.map((next) => register.compareAndSet('a', expected, next));
      const answers = await Promise.all(won);
      return nexts.filter((_, at) => answers[at]);
    };
    const first = await race(undefined, 'first');
    assert.deepEqual(first, [await register.read('a')]);
    const second = await race(first[0], 'second');
    assert.deepEqual(second, [await register.read('a')]);
    assert.deepEqual(await race(first[0], 'third'), []);
  },
};

export const LIFE_CASES: Cases = { ...LIFE, ...REGISTER };
