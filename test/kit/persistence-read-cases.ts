/** What the contract says of reading the log and a conversation. */
import assert from 'node:assert/strict';
import type { Entry, Membership, Range } from 'im-kernel/contract';
import { plainAll, without, type Bench, type Cases } from './persistence-bench.ts';

const LENGTH = 6;

/** Every range around a log of LENGTH entries. */
function* ranges(): Generator<Range> {
  for (const take of ['first', 'last'] as const) {
    for (let after = 0; after <= LENGTH + 1; after += 1) {
      for (let limit = 0; limit <= LENGTH + 1; limit += 1) {
        yield { after, limit, take };
        for (let before = 0; before <= LENGTH + 2; before += 1)
          yield { after, before, limit, take };
      }
    }
  }
}

/** The contract's sentence, said in another way. */
function expected(entries: readonly Entry[], range: Range): number[] {
  const inside = entries
    .map((entry) => entry.position)
    .filter((position) => position > range.after && position < (range.before ?? Infinity));
  if (range.take === 'first') return inside.slice(0, range.limit);
  return inside.slice(Math.max(0, inside.length - range.limit));
}

/** The same with a bound on bodies: entries are dropped from the far end until they fit. */
function within(entries: readonly Entry[], range: Range, bodyMaxBytes: number): number[] {
  const found = expected(entries, range);
  const size = (): number =>
    found.reduce((sum, position) => sum + (entries[position - 1]?.body?.length ?? 0), 0);
  while (found.length > 1 && size() > bodyMaxBytes) {
    if (range.take === 'first') found.pop();
    else found.shift();
  }
  return found;
}

/** Reads until `done`; every reading must hold whole batches of `size`. */
async function readWhole(bench: Bench, size: number, done: () => boolean): Promise<void> {
  while (!done()) {
    const { length } = await bench.all('g/tea');
    assert.equal(length % size, 0, `${length} entries are no whole batches of ${size}`);
    const position = (await bench.store.loadConversation('g/tea'))?.position ?? 0;
    assert.equal(position % size, 0);
    assert.ok(position >= length, 'a later reading sees no less');
  }
}

export const READ_CASES: Cases = {
  'answers every range, first or last, ascending': async (bench) => {
    const entries = await bench.keep(bench.run('g/tea', 1, LENGTH));
    await bench.keep(bench.run('g/other', 1, LENGTH));
    const asked = [...ranges()];
    const answers = await Promise.all(
      asked.map((range) => bench.store.readConversation('g/tea', range)),
    );
    for (const [at, answer] of answers.entries()) {
      const positions = answer.map((entry) => entry.position);
      assert.deepEqual(positions, expected(entries, asked[at]!), JSON.stringify(asked[at]));
    }
  },

  'ends a page where its bodies have come to a bound, after one entry at least': async (bench) => {
    const sizes = [300, 100, 0, 200, undefined, 50];
    const entries = await bench.keep(
      sizes.map((size, at) => {
        const { body: _, ...bare } = bench.entry('g/tea', at + 1);
        return size === undefined ? bare : { ...bare, body: new Uint8Array(size) };
      }),
    );
    for (const take of ['first', 'last'] as const) {
      for (const bodyMaxBytes of [0, 49, 50, 51, 250, 299, 300, 399, 400, 600, 649, 650, 10_000]) {
        for (const [after, before, limit] of [
          [0, 7, 10],
          [1, 7, 10],
          [2, 6, 10],
          [0, 7, 3],
        ] as const) {
          const range = { after, before, limit, bodyMaxBytes, take };
          const answer = await bench.store.readConversation('g/tea', range);
          assert.deepEqual(
            answer.map(({ position }) => position),
            within(entries, range, bodyMaxBytes),
            JSON.stringify(range),
          );
        }
      }
    }
  },

  'answers nothing for a conversation that is not there': async (bench) => {
    assert.deepEqual(await bench.all('g/none'), []);
    assert.equal(await bench.store.loadConversation('g/none'), undefined);
    assert.deepEqual(await bench.store.loadCursor('g/none', 'ann', 'phone'), {
      cursor: 0,
      start: 0,
    });
  },

  'loads a conversation as it stands': async (bench) => {
    await bench.keep([
      bench.entry('g/tea', 1),
      bench.entry('g/tea', 2, { order: 77, acceptedAt: 1_795_404_999_999 }),
    ]);
    assert.deepEqual(await bench.store.loadConversation('g/tea'), {
      conversation: 'g/tea',
      position: 2,
      order: 77,
      acceptedAt: 1_795_404_999_999,
      title: undefined,
      open: false,
      friendship: { state: 'none' },
      members: [],
      marks: new Map(),
    });
  },

  'changes of a conversation only what a change names': async (bench) => {
    const conversation = 'g/tea';
    await bench.keep(bench.run(conversation, 1, 1), [{ conversation, title: 'Tea', open: true }]);
    await bench.keep(bench.run(conversation, 2, 1), [{ conversation, title: 'Thé' }]);
    let record = await bench.store.loadConversation(conversation);
    assert.deepEqual([record?.title, record?.open, record?.position], ['Thé', true, 2]);
    await bench.keep(bench.run(conversation, 3, 1), [{ conversation, open: false }]);
    record = await bench.store.loadConversation(conversation);
    assert.deepEqual([record?.title, record?.open], ['Thé', false]);
  },

  'keeps every stay, upserts it by user and from, and sorts by from': async (bench) => {
    const conversation = 'g/tea';
    const stays: readonly Membership[] = [
      { user: 'ann', from: 1, role: 'owner' },
      { user: 'bob', from: 2, to: 3, role: 'member' },
      { user: 'bob', from: 5, role: 'admin' },
    ];
    await bench.keep(bench.run(conversation, 1, 6), [
      { conversation, members: [stays[2]!] },
      { conversation, members: [stays[0]!, { user: 'bob', from: 2, role: 'member' }] },
    ]);
    await bench.keep(bench.run(conversation, 7, 1), [{ conversation, members: [stays[1]!] }]);
    const record = await bench.store.loadConversation(conversation);
    assert.deepEqual(record?.members, stays);
  },

  'opens a stay again when a change says so': async (bench) => {
    const conversation = 'g/tea';
    const stay = { user: 'bob', from: 1, role: 'member' as const };
    const change = (member: Membership) => [{ conversation, members: [member] }];
    await bench.keep(bench.run(conversation, 1, 2), change({ ...stay, to: 2 }));
    assert.deepEqual(await bench.store.conversationsOf('bob', '', 9), []);
    await bench.keep(bench.run(conversation, 3, 1), change(stay));
    assert.deepEqual((await bench.store.loadConversation(conversation))?.members, [stay]);
    assert.equal((await bench.store.conversationsOf('bob', '', 9)).length, 1);
  },

  'finds a device’s last entry, and the one under a number, without the body': async (bench) => {
    const conversation = 'g/tea';
    const [high, low, other] = await bench.keep([
      bench.entry(conversation, 1, { number: 9, mediaType: 'image/png' }),
      bench.entry(conversation, 2, { number: 4 }),
      bench.entry(conversation, 3, { number: 11, device: 'tablet' }),
    ]);
    await bench.keep([bench.entry('g/pie', 1, { number: 50 })]);
    const key = { conversation, user: 'ann', device: 'phone' };
    const lasts = await bench.store.lastEntries([
      key,
      { ...key, device: 'tablet' },
      { ...key, user: 'bob' },
      { ...key, conversation: 'g/none' },
    ]);
    const heads = [without(high!), without(other!), undefined, undefined];
    assert.deepEqual(plainAll(lasts), plainAll(heads));
    assert.deepEqual(await bench.store.findEntry(key, 4), without(low!));
    assert.deepEqual(await bench.store.findEntry(key, 9), without(high!));
    assert.equal(await bench.store.findEntry(key, 11), undefined);
    assert.equal(await bench.store.findEntry({ ...key, device: 'watch' }, 4), undefined);
    assert.deepEqual(await bench.store.lastEntries([]), []);
  },

  'shows to a reading everything whose append had resolved': async (bench) => {
    for (let position = 1; position <= 30; position += 1) {
      await bench.keep([bench.entry('g/tea', position)]);
      assert.equal((await bench.store.loadConversation('g/tea'))?.position, position);
      const range = { after: position - 1, limit: 5, take: 'first' } as const;
      assert.equal((await bench.store.readConversation('g/tea', range)).length, 1);
    }
  },

  'shows whole batches to readings between appends in flight': async (bench) => {
    const size = 50;
    let left = 40;
    const appends = Array.from({ length: left }, async (_, at) => {
      await bench.keep(bench.run('g/tea', at * size + 1, size));
      left -= 1;
    });
    await readWhole(bench, size, () => left === 0);
    await Promise.all(appends);
    assert.equal((await bench.all('g/tea')).length, 40 * size);
  },
};
