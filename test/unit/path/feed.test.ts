import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Feed, type Next } from '../../../core/path/feed.ts';
import { BOB, FeedWorld, type Step } from './feed-world.ts';

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant({ do: 'other' } as const) },
    { weight: 3, arbitrary: fc.constantFrom({ do: 'own' } as const, { do: 'twin' } as const) },
    { weight: 2, arbitrary: fc.constantFrom({ do: 'join' } as const, { do: 'leave' } as const) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom('send' as const, 'ack' as const, 'back' as const, 'ahead' as const),
        count: fc.integer({ min: 1, max: 6 }),
      }),
    },
  ),
  { maxLength: 120 },
);

/** A device that reads by its feed, and what it must see. */
class Reader {
  readonly world: FeedWorld;
  readonly start: number;
  feed: Feed | undefined;
  /** Acknowledged up to here. */
  acked: number;
  sent: number[] = [];

  constructor(world: FeedWorld, start: number) {
    this.world = world;
    this.start = start;
    this.acked = start;
  }

  /** The device connects (again): what it has not acknowledged comes once more. */
  connect(): void {
    if (!this.world.conversation.knows('bob')) return;
    const place = { cursor: this.acked, start: this.start };
    this.feed = new Feed(this.world.conversation, BOB, place, this.world);
    this.sent = [];
  }

  async send(count: number): Promise<void> {
    const { feed } = this;
    if (!feed) return;
    for (let left = count; left > 0; left -= 1) {
      let next: Next = feed.peek();
      for (let reads = 0; next === 'reading'; reads += 1) {
        assert.ok(reads < 4, 'reading brings it on');
        await feed.read();
        next = feed.peek();
      }
      const ahead = this.#wanted.find((position) => position > (this.sent.at(-1) ?? this.acked));
      if (next === 'nothing') {
        assert.equal(ahead, undefined, 'nothing is left out');
        return;
      }
      assert.equal(next.position, ahead, 'the next one, none skipped, none twice');
      const before: number =
        this.#wanted.filter((position) => position < next.position).at(-1) ?? 0;
      assert.equal(feed.sent(next, 0), before, 'previous');
      this.sent.push(next.position);
    }
  }

  ack(position: number): void {
    const { feed } = this;
    if (!feed) return;
    const before = feed.cursor;
    const moved = feed.acknowledge(position, 0);
    assert.ok(feed.cursor >= before, 'a cursor never falls');
    assert.equal(moved, feed.cursor > before);
    assert.ok(feed.cursor <= this.world.conversation.position, 'nor passes the log');
    const upTo = Math.min(position, this.world.conversation.lastVisible('bob'));
    this.acked = Math.max(this.acked, upTo);
    this.sent = this.sent.filter((at) => at > position);
  }

  get #wanted(): readonly number[] {
    return this.world.meant.filter((position) => position > this.start);
  }
}

async function take(reader: Reader, step: Step): Promise<void> {
  const { world } = reader;
  const stay = world.conversation.members.get('bob');
  const position = world.entries.length + 1;
  switch (step.do) {
    case 'other':
      return world.add('ann', 'd1');
    case 'own':
      return stay && world.add('bob', 'd1');
    case 'twin':
      return stay && world.add('bob', 'd2');
    case 'join':
      if (!stay) world.add('ann', 'd1', { user: 'bob', from: position, role: 'member' });
      if (!reader.feed) reader.connect();
      return;
    case 'leave':
      return stay && world.add('ann', 'd1', { ...stay, to: position });
    case 'send':
      return reader.send(step.count);
    case 'ack':
      return reader.ack(reader.sent[step.count - 1] ?? reader.sent.at(-1) ?? 0);
    case 'ahead':
      return reader.ack((reader.sent.at(-1) ?? reader.acked) + step.count);
    case 'back':
      return reader.connect();
  }
}

describe('the feed', () => {
  it('gives a device what is meant for it, once, in order, with what came before', async () => {
    const start = fc.integer({ min: 0, max: 5 });
    const bounds = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.constantFrom(1, 2, 5, 64));
    await fc.assert(
      fc.asyncProperty(steps, start, bounds, async (all, at, [tailMax, pageMax]) => {
        const world = new FeedWorld(tailMax);
        world.pageMax = pageMax;
        // Where a device starts, its user has been.
        if (at > 0) world.add('ann', 'd1', { user: 'bob', from: 1, role: 'member' });
        while (world.entries.length < at) world.add('ann', 'd1');
        const reader = new Reader(world, at);
        reader.connect();
        for (const step of all) await take(reader, step);
        if (!reader.feed) return;
        await reader.send(200);
        reader.ack(1_000);
        assert.equal(reader.feed.held, 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads a long way back and ahead in pages', async () => {
    const world = new FeedWorld(4);
    world.add('ann', 'd1', { user: 'bob', from: 1, role: 'member' });
    for (let at = 0; at < 300; at += 1) world.add('bob', 'd1');
    for (let at = 0; at < 300; at += 1) world.add('ann', 'd1');
    const reader = new Reader(world, 0);
    reader.acked = 301;
    reader.connect();
    await reader.send(1_000);
    assert.equal(reader.sent.length, 300);
    assert.ok(world.reads < 20, `${world.reads} reads`);
  });

  it('tells the same previous again when an entry goes out once more', async () => {
    const world = new FeedWorld(2);
    world.add('ann', 'd1', { user: 'bob', from: 1, role: 'member' });
    for (let at = 0; at < 4; at += 1) world.add('bob', 'd1');
    for (let at = 0; at < 4; at += 1) world.add('ann', 'd1');
    const reader = new Reader(world, 0);
    reader.connect();
    await reader.send(9);
    reader.ack(1);
    const again = await reader.feed?.readAgain(reader.feed.oldest ?? 0);
    assert.deepEqual([again?.kept.position, again?.previous], [6, 1]);
  });
});
