/** What the contract says of retiring bodies: what goes, what stays, what is not disturbed. */
import assert from 'node:assert/strict';
import type { Entry, Retirement } from 'im-kernel/contract';
import { plainAll, without, type Bench, type Cases } from './persistence-bench.ts';

/** Pieces without an end would be no pieces. */
const PIECES_MAX = 10_000;
const ANN = { user: 'ann', device: 'phone' };
/** A time after all that the bench makes. */
const EVER = { after: 0, acceptedBefore: 2 ** 47, limit: 100 };

/** The entry as it is to be read once its body is retired. */
function expired(entry: Entry): Entry {
  if (entry.kind !== 'message') return entry;
  const { mediaType: _, ...rest } = without(entry);
  return { ...rest, kind: 'expired' };
}

/** Retires piece by piece until nothing more is due; answers with the bodies that went. */
async function retireAll(bench: Bench, wanted: Partial<Retirement> = {}): Promise<number> {
  const retirement = { shard: 0, ...EVER, ...wanted };
  let [after, sum] = [retirement.after, 0];
  for (let piece = 0; piece < PIECES_MAX; piece += 1) {
    const { upTo, bodies } = await bench.store.retire({ ...retirement, after });
    assert.ok(
      Number.isSafeInteger(upTo) && upTo >= after,
      `the cursor went from ${after} to ${upTo}`,
    );
    assert.ok(bodies >= 0 && bodies <= retirement.limit, `${bodies} bodies`);
    sum += bodies;
    if (upTo === after) return sum;
    after = upTo;
  }
  throw new assert.AssertionError({ message: 'the pieces have no end' });
}

async function shardOf(bench: Bench, shard = 0): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let after = 0; ;) {
    const page = await bench.store.readShard(shard, after, 100);
    entries.push(...page.entries);
    if (page.upTo === after) return entries;
    after = page.upTo;
  }
}

/** Messages of all sorts and acts, in two conversations. */
async function fill(bench: Bench): Promise<readonly Entry[]> {
  const act = { kind: 'group.rename', title: 'Pie', users: ['cat'], open: true };
  return bench.keep([
    bench.entry('g/tea', 1, { mediaType: 'image/png', body: new Uint8Array(20_000).fill(7) }),
    without(bench.entry('g/tea', 2, act)),
    bench.entry('d/ann/bob', 1, { body: new Uint8Array(0) }),
    without(bench.entry('d/ann/bob', 2)),
    ...bench.run('g/tea', 3, 4),
  ]);
}

const WHAT_GOES: Cases = {
  'takes body and media type of messages, and leaves acts and all else as they are': async (
    bench,
  ) => {
    const entries = await fill(bench);
    assert.equal(await retireAll(bench), 7);
    const wanted = entries.map(expired);
    assert.deepEqual(plainAll(await shardOf(bench)), plainAll(wanted));
    for (const name of ['g/tea', 'd/ann/bob']) {
      const there = wanted.filter(({ conversation }) => conversation === name);
      assert.deepEqual(plainAll(await bench.all(name)), plainAll(there));
    }
  },

  'comes to the same end in pieces of any size, and finds nothing when repeated': async (bench) => {
    await fill(bench);
    assert.equal(await retireAll(bench, { limit: 1 }), 7);
    const once = await shardOf(bench);
    for (const limit of [1, 3, 100]) assert.equal(await retireAll(bench, { limit }), 0);
    assert.deepEqual(plainAll(await shardOf(bench)), plainAll(once));
  },

  'goes on from its cursor, also with what was kept since': async (bench) => {
    await bench.keep(bench.run('g/tea', 1, 5));
    const { upTo, bodies } = await bench.store.retire({ shard: 0, ...EVER, limit: 2 });
    assert.ok(bodies >= 1 && bodies <= 2);
    await bench.keep(bench.run('g/tea', 6, 2));
    assert.equal(await retireAll(bench, { after: upTo }), 7 - bodies);
  },

  'ends before the first entry that is too young, whatever stands behind it': async (bench) => {
    const at = (position: number, acceptedAt: number): Entry =>
      bench.entry('g/tea', position, { acceptedAt });
    const entries = await bench.keep([at(1, 10), at(2, 19), at(3, 20), at(4, 20), at(5, 10)]);
    for (const limit of [1, 100]) {
      await retireAll(bench, { acceptedBefore: 20, limit });
      const wanted = [...entries.slice(0, 2).map(expired), ...entries.slice(2)];
      assert.deepEqual(plainAll(await bench.all('g/tea')), plainAll(wanted));
    }
  },

  'passes nothing behind the cursor that it is given': async (bench) => {
    const entries = await bench.keep(bench.run('g/tea', 1, 6));
    const { entries: first, upTo } = await bench.store.readShard(0, 0, 2);
    assert.equal(await retireAll(bench, { upTo }), first.length);
    assert.equal(await retireAll(bench, { after: upTo, upTo }), 0);
    const wanted = [...entries.slice(0, first.length).map(expired), ...entries.slice(first.length)];
    assert.deepEqual(plainAll(await bench.all('g/tea')), plainAll(wanted));
  },

  'touches no other shard, and finds its own behind thousands of another’s': async (bench) => {
    const others = bench.run('g/pie', 1, 3_000);
    assert.deepEqual(await bench.store.append([bench.part(1, others)]), ['kept']);
    const mine = await bench.keep(bench.run('g/tea', 1, 2));
    assert.equal(await retireAll(bench), 2);
    assert.deepEqual(plainAll(await shardOf(bench)), plainAll(mine.map(expired)));
    const theirs = await shardOf(bench, 1);
    assert.equal(theirs.length, others.length);
    assert.ok(theirs.every(({ kind, body }) => kind === 'message' && body?.length === 1));
  },
};

const WHAT_STAYS: Cases = {
  'keeps numbers taken and first answers for ever': async (bench) => {
    const [first, last] = (await bench.keep(bench.run('g/tea', 1, 2))) as [Entry, Entry];
    await retireAll(bench);
    const key = { conversation: 'g/tea', ...ANN };
    assert.deepEqual(await bench.store.findEntry(key, first.number), expired(first));
    assert.deepEqual(await bench.store.lastEntries([key]), [expired(last)]);
    for (const taken of [{ number: first.number }, { id: first.id, number: first.number }]) {
      const again = bench.part(0, [bench.entry('g/tea', 3, taken)]);
      assert.deepEqual(await bench.store.append([again]), ['stale']);
    }
    const position = bench.part(0, [bench.entry('g/tea', 2)]);
    assert.deepEqual(await bench.store.append([position]), ['stale']);
    await bench.keep([bench.entry('g/tea', 3)]);
  },

  'keeps members, marks, cursors and what is behind': async (bench) => {
    await bench.gather('g/tea', ['ann', 'bob']);
    await bench.keep(bench.run('g/tea', 2, 3));
    await bench.store.saveProgress({
      cursors: [{ conversation: 'g/tea', user: 'bob', device: 'phone', cursor: 2 }],
      marks: [{ conversation: 'g/tea', user: 'bob', marks: { received: 2, read: 1 } }],
      seen: [],
    });
    const read = async (): Promise<unknown> => [
      await bench.store.loadConversation('g/tea'),
      await bench.store.loadCursor('g/tea', 'bob', 'phone'),
      await bench.store.backlog('bob', 'phone', '', 9),
      await bench.store.conversationsOf('bob', '', 9),
      await bench.store.shardEnd(0),
    ];
    const before = await read();
    await retireAll(bench);
    assert.deepEqual(await read(), before);
  },

  'lasts as long as the log': async (bench) => {
    const entries = await fill(bench);
    await retireAll(bench);
    if (bench.store.guarantees.durability === 'memory') return;
    await bench.reopen();
    assert.deepEqual(plainAll(await shardOf(bench)), plainAll(entries.map(expired)));
    assert.equal(await retireAll(bench), 0);
  },

  'goes on beside appends and readings, and loses none of them': async (bench) => {
    await bench.keep(bench.run('g/tea', 1, 200));
    const append = async (): Promise<void> => {
      for (let at = 0; at < 30; at += 1) await bench.keep(bench.run('g/tea', 201 + at * 2, 2));
    };
    const read = async (): Promise<void> => {
      for (let at = 0; at < 30; at += 1) assert.ok((await bench.all('g/tea')).length >= 200);
    };
    await Promise.all([append(), read(), retireAll(bench, { limit: 7 })]);
    await retireAll(bench);
    const kinds = (await bench.all('g/tea')).map(({ kind, position }) => `${position} ${kind}`);
    assert.deepEqual(
      kinds,
      Array.from({ length: 260 }, (_, at) => `${at + 1} expired`),
    );
  },

  'does no harm when two do it at once': async (bench) => {
    const entries = await bench.keep(bench.run('g/tea', 1, 60));
    const both = await Promise.all([1, 2].map(() => retireAll(bench, { limit: 9 })));
    assert.equal(both[0]! + both[1]!, entries.length);
    assert.deepEqual(plainAll(await bench.all('g/tea')), plainAll(entries.map(expired)));
  },
};

export const RETIRE_CASES: Cases = { ...WHAT_GOES, ...WHAT_STAYS };
