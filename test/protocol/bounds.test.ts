import assert from 'node:assert/strict';
import type { AppendOutcome, Entry, Range, ShardAppend } from 'im-kernel/contract';
import { inBetween } from './in-between.ts';
import { closeStages, openStage, pluck } from './stage.ts';

const TALK = 'd/ann/bob';
const KIB = 1024;

describe('the bounds of a node', () => {
  afterEach(closeStages);

  it('refuse a HELLO above its own bound, below that of all frames', async () => {
    const stage = await openStage({ limits: { helloFrame: KIB } });
    const ann = stage.connect();
    ann.hello('ann', 'd1', { agent: 'a'.repeat(KIB) });
    assert.equal(await ann.lastWord(), 'unauthenticated');
    await stage.join('bob');
  });

  it('tell a transport how long a message and how much output may be', async () => {
    const limits = { messageMax: 70_000, outputHighWater: 20_000 };
    const stage = await openStage({ limits });
    const { messageMaxBytes, highWaterBytes } = stage.loopback.bounds ?? {};
    assert.deepEqual([messageMaxBytes, highWaterBytes], [70_000, 20_000]);
  });

  it('drop who asks for more than may wait for it, and is no reader', async () => {
    const read = Promise.withResolvers<void>();
    const stage = await openStage({
      limits: { outputMax: 64 * KIB },
      between: (store) =>
        inBetween(store, {
          readConversation: async (name: string, range: Range) => {
            await read.promise;
            return store.readConversation(name, range);
          },
        }),
    });
    const bob = await stage.join('bob');
    for (let at = 0; at < 3; at += 1) await bob.accepted(bob.send(TALK, 'x'.repeat(30 * KIB)));
    bob.wire.stalled = true;
    bob.say(
      { type: 'ping', id: 1 },
      ...[1, 2, 3].map((query) => {
        return { type: 'query', query, what: 'history', conversation: TALK } as const;
      }),
    );
    // The PONG fills the buffer of who does not read; the answers come behind it.
    await stage.rest();
    read.resolve();
    assert.equal(await bob.lastWord(), 'destroyed');
    const dropped = stage.node.metrics
      .snapshot()
      .find(({ name }) => name === 'im_sessions_dropped_total');
    assert.deepEqual(dropped?.kind === 'counter' && dropped.labels, { slow: 1 });
  });

  it('keep a batch to its octets, and one body more at most', async () => {
    const batches: number[][] = [];
    const stage = await openStage({
      limits: { laneBatchBytes: 64 * KIB },
      between: (store) =>
        inBetween(store, {
          append: (batch: readonly ShardAppend[]): Promise<readonly AppendOutcome[]> => {
            const entries = batch.flatMap((part) => part.entries);
            batches.push(entries.map(({ body }) => body?.length ?? 0));
            return store.append(batch);
          },
        }),
    });
    const ann = await stage.join('ann');
    const sent = Array.from({ length: 12 }, () => ann.send(TALK, 'x'.repeat(30 * KIB)));
    for (const command of sent) await ann.accepted(command);
    assert.equal(batches.flat().length, 12);
    for (const bodies of batches) {
      assert.ok(bodies.slice(0, -1).reduce((sum, bytes) => sum + bytes, 0) < 64 * KIB);
    }
  });

  it('read no more of large bodies at once than a page, however far behind a device is', async () => {
    const pages: number[] = [];
    const stage = await openStage({
      limits: { tailEntries: 1, bodyMax: 400 * KIB, maxFrame: 512 * KIB },
      between: (store) =>
        inBetween(store, {
          readConversation: async (name: string, range: Range): Promise<readonly Entry[]> => {
            const page = await store.readConversation(name, range);
            pages.push(page.reduce((sum, { body }) => sum + (body?.length ?? 0), 0));
            return page;
          },
        }),
    });
    const ann = await stage.join('ann');
    const sizes = [100, 100, 400, 50, 50, 50, 200, 1, 1, 256, 257, 30, 30];
    for (const size of sizes) await ann.accepted(ann.send(TALK, 'x'.repeat(size * KIB)));
    const bob = await stage.join('bob');
    const got = await bob.some('deliver', sizes.length);
    assert.deepEqual(
      got.map(({ body }) => (body?.length ?? 0) / KIB),
      sizes,
    );
    assert.ok(pages.length > 0);
    assert.ok(Math.max(...pages) <= 400 * KIB, 'one body above the bound comes alone');
    assert.equal(pages.filter((bytes) => bytes > 256 * KIB).length, 2);
  });

  it('tell one user of so many friends, those who come later among them', async () => {
    const stage = await openStage({ limits: { friendsWatched: 2 } });
    const ann = await stage.join('ann');
    for (const friend of ['bob', 'cid', 'dan', 'eve']) {
      const other = await stage.join(friend);
      const talk = `d/ann/${friend}`;
      await ann.accepted(ann.act(talk, 'friend.request'));
      await other.accepted(other.act(talk, 'friend.accept'));
    }
    const { item } = await ann.ask('presence');
    assert.deepEqual(pluck(item, 'user'), ['ann', 'bob', 'cid']);
    ann.wire.vanish();
    const again = await stage.join('ann');
    await again.ask('presence');
    assert.deepEqual(pluck(again.take('presence'), 'user'), ['bob', 'cid']);
  });

  it('end a stop that waits for a store which never answers', async () => {
    const stage = await openStage({
      limits: { drainTimeout: 3_000 },
      between: (store) => inBetween(store, { append: () => new Promise(() => undefined) }),
    });
    const ann = await stage.join('ann');
    ann.send(TALK, 'never kept');
    await stage.rest();
    let stopped = false;
    void stage.node.stop().then(() => {
      stopped = true;
    });
    await stage.pass(2_500);
    assert.deepEqual([stopped, ann.wire.closed], [false, false]);
    await stage.pass(1_000);
    assert.deepEqual([stopped, ann.wire.destroyed], [true, true]);
    assert.deepEqual(ann.take('accepted'), []);
  });
});
