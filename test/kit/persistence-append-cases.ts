/** What the contract says of `append`, and of the epochs under it. */
import assert from 'node:assert/strict';
import type { Entry } from 'im-kernel/contract';
import { HIGHEST, NODE, plainAll, without, type Bench, type Cases } from './persistence-bench.ts';
import { takeShards } from './take-shards.ts';

/** Appends `entries` to shard 0 after three that are kept, and asks that nothing of it is there. */
async function mustBeStale(bench: Bench, make: (kept: readonly Entry[]) => Entry[]): Promise<void> {
  const kept = await bench.keep(bench.run('g/tea', 1, 3));
  const change = {
    conversation: 'g/tea',
    title: 'Tea',
    open: true,
    members: [{ user: 'bob', from: 4, role: 'member' as const }],
  };
  const before = await bench.store.loadConversation('g/tea');
  assert.deepEqual(await bench.store.append([bench.part(0, make(kept), [change])]), ['stale']);
  assert.deepEqual(plainAll(await bench.all('g/tea')), plainAll(kept));
  assert.deepEqual(await bench.store.loadConversation('g/tea'), before);
  assert.deepEqual(await bench.store.conversationsOf('bob', '', 10), []);
  await bench.keep(bench.run('g/tea', 4, 1));
}

export const APPEND_CASES: Cases = {
  'raises each epoch by one when shards are taken, in the sequence asked for': async (bench) => {
    const [zero, one] = [bench.epoch(0), bench.epoch(1)];
    assert.ok(zero >= 1, 'the first epoch is at least 1');
    assert.deepEqual(await takeShards(bench.store, 'other', [1]), [one + 1]);
    assert.deepEqual(await takeShards(bench.store, NODE, [1, 0]), [one + 2, zero + 1]);
  },

  'fences an append under an older epoch, and writes nothing of it': async (bench) => {
    const late = bench.part(0, [bench.entry('g/tea', 1)], [{ conversation: 'g/tea', title: 'x' }]);
    await takeShards(bench.store, 'other', [0]);
    assert.deepEqual(await bench.store.append([late]), ['fenced']);
    assert.equal(await bench.store.loadConversation('g/tea'), undefined);
    await bench.take();
    await bench.keep(late.entries);
  },

  'fences an append under an epoch that was never given, and in no shard of the store': async (
    bench,
  ) => {
    const early = { ...bench.part(0, bench.run('g/tea', 1, 1)), epoch: bench.epoch(0) + 1 };
    const nowhere = { ...bench.part(0, bench.run('g/pie', 1, 1)), shard: bench.store.shards };
    assert.deepEqual(await bench.store.append([early, nowhere]), ['fenced', 'fenced']);
    assert.deepEqual(await bench.all('g/tea'), []);
    assert.deepEqual(await bench.all('g/pie'), []);
  },

  'keeps a shard whole while another of the same call is stale or fenced': async (bench) => {
    const good = bench.run('g/a', 1, 3);
    const outcomes = await bench.store.append([
      bench.part(0, good),
      bench.part(1, [...bench.run('g/b', 1, 2), bench.entry('g/b', 4)]),
      { ...bench.part(2, bench.run('g/c', 1, 2)), epoch: bench.epoch(2) - 1 },
      bench.part(3, bench.run('g/d', 1, 2)),
    ]);
    assert.deepEqual(outcomes, ['kept', 'stale', 'fenced', 'kept']);
    assert.deepEqual(plainAll(await bench.all('g/a')), plainAll(good));
    assert.deepEqual(await bench.all('g/b'), []);
    assert.deepEqual(await bench.all('g/c'), []);
    assert.equal((await bench.all('g/d')).length, 2);
  },

  'keeps a shard whole while another of the same call reuses a number': async (bench) => {
    const [taken] = await bench.keep([bench.entry('g/a', 1)]);
    const outcomes = await bench.store.append([
      bench.part(1, bench.run('g/b', 1, 2)),
      bench.part(0, [bench.entry('g/a', 2), bench.entry('g/a', 3, { number: taken!.number })]),
      bench.part(2, bench.run('g/c', 1, 2)),
    ]);
    assert.deepEqual(outcomes, ['kept', 'stale', 'kept']);
    assert.equal((await bench.all('g/a')).length, 1);
    assert.equal((await bench.all('g/b')).length, 2);
    assert.equal((await bench.all('g/c')).length, 2);
    await bench.keep(bench.run('g/a', 2, 1));
  },

  'answers stale to a gap': (bench) => mustBeStale(bench, () => bench.run('g/tea', 5, 1)),
  'answers stale to a position that is taken': (bench) =>
    mustBeStale(bench, () => bench.run('g/tea', 3, 2)),
  'answers stale to a gap inside a batch': (bench) =>
    mustBeStale(bench, () => [bench.entry('g/tea', 4), bench.entry('g/tea', 6)]),
  'answers stale to positions that descend': (bench) =>
    mustBeStale(bench, () => [bench.entry('g/tea', 5), bench.entry('g/tea', 4)]),
  'answers stale to a conversation that does not begin at 1': (bench) =>
    mustBeStale(bench, () => [bench.entry('g/tea', 4), bench.entry('g/new', 2)]),
  'answers stale to a number that the device has used there': (bench) =>
    mustBeStale(bench, (kept) => [bench.entry('g/tea', 4, { number: kept[1]!.number })]),
  'answers stale to a number used twice in one batch': (bench) =>
    mustBeStale(bench, () => {
      const first = bench.entry('g/tea', 4);
      return [first, bench.entry('g/tea', 5, { number: first.number })];
    }),
  'answers stale to a repeat of an entry, position and number alike': (bench) =>
    mustBeStale(bench, (kept) => [...kept]),

  'takes the same number from another device, another user and in another conversation': async (
    bench,
  ) => {
    const number = 7;
    await bench.keep([
      bench.entry('g/tea', 1, { number }),
      bench.entry('g/tea', 2, { number, device: 'tablet' }),
      bench.entry('g/tea', 3, { number, user: 'bob' }),
      bench.entry('g/pie', 1, { number }),
    ]);
    assert.equal((await bench.all('g/tea')).length, 3);
  },

  'takes a number below the highest that was never used': async (bench) => {
    await bench.keep([bench.entry('g/tea', 1, { number: 9 })]);
    await bench.keep([bench.entry('g/tea', 2, { number: 4 })]);
  },

  'goes on from each conversation’s own last in one batch': async (bench) => {
    const [a, b] = [bench.run('g/a', 1, 3), bench.run('g/b', 1, 3)];
    await bench.keep([a[0]!, b[0]!, b[1]!, a[1]!, a[2]!, b[2]!]);
    assert.deepEqual(plainAll(await bench.all('g/a')), plainAll(a));
    assert.deepEqual(plainAll(await bench.all('g/b')), plainAll(b));
  },

  'keeps many appends in flight, each planned on the one before': async (bench) => {
    const entries = bench.run('g/tea', 1, 200);
    const appends = entries.map((entry, at) =>
      bench.store.append([bench.part(0, [entry]), bench.part(1, [bench.entry(`g/${at}`, 1)])]),
    );
    for (const outcomes of await Promise.all(appends)) {
      assert.deepEqual(outcomes, ['kept', 'kept']);
    }
    assert.deepEqual(plainAll(await bench.all('g/tea')), plainAll(entries));
  },

  'answers stale to what was planned on a stale append in flight, and to nothing else': async (
    bench,
  ) => {
    const taken = bench.entry('g/tea', 1);
    const again = bench.entry('g/tea', 2, { number: taken.number });
    const answers = await Promise.all([
      bench.store.append([bench.part(0, [taken])]),
      bench.store.append([bench.part(0, [again]), bench.part(1, bench.run('g/pie', 1, 1))]),
      bench.store.append([bench.part(0, bench.run('g/tea', 3, 1))]),
      bench.store.append([bench.part(0, bench.run('g/tea', 2, 1))]),
    ]);
    assert.deepEqual(answers, [['kept'], ['stale', 'kept'], ['stale'], ['kept']]);
    assert.equal((await bench.all('g/tea')).length, 2);
  },

  'keeps and reads back each optional field, byte for byte': async (bench) => {
    const many = Array.from({ length: 500 }, (_, at) => `user${at}`);
    const entries = await bench.keep([
      bench.entry('g/tea', 1, { mediaType: 'image/png', body: Uint8Array.of(0, 255, 10, 0) }),
      bench.entry('g/tea', 2, { body: new Uint8Array(0) }),
      without(bench.entry('g/tea', 3, { kind: 'group.add', users: ['bob'] })),
      without(bench.entry('g/tea', 4, { kind: 'group.rename', title: 'Thé ☕ 🫖 "quoted" \\' })),
      without(bench.entry('g/tea', 5, { kind: 'group.create', open: true, title: '', users: [] })),
      without(bench.entry('g/tea', 6, { kind: 'group.create', open: false, users: many })),
      without(bench.entry('g/tea', 7, { kind: 'expired' })),
      bench.entry('g/tea', 8, { order: HIGHEST, number: HIGHEST }),
      bench.entry('g/tea', 9, { sentAt: HIGHEST, acceptedAt: HIGHEST }),
      bench.entry('g/tea', 10, { sentAt: 0, acceptedAt: 0, user: 'A.b_c@d+e-1' }),
    ]);
    assert.deepEqual(plainAll(await bench.all('g/tea')), plainAll(entries));
  },

  'keeps a body of 4 MiB, and every octet': async (bench) => {
    const body = Uint8Array.from({ length: 4_194_304 }, (_, at) => (at * 31 + (at >> 8)) & 255);
    await bench.keep([bench.entry('g/tea', 1, { body }), bench.entry('g/tea', 2)]);
    const [read] = await bench.all('g/tea');
    assert.equal(Buffer.compare(read!.body!, body), 0);
  },

  'keeps the body as it was, whatever the caller does with its buffer later': async (bench) => {
    const body = Uint8Array.of(1, 2, 3);
    await bench.keep([bench.entry('g/tea', 1, { body: body.subarray(1) })]);
    body.fill(9);
    const [read] = await bench.all('g/tea');
    assert.deepEqual(Array.from(read!.body!), [2, 3]);
    read!.body!.fill(7);
    assert.deepEqual(Array.from((await bench.all('g/tea'))[0]!.body!), [2, 3]);
  },
};
