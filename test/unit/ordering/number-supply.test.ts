import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ImError } from 'im-kernel/contract';
import { fakeClock, quietHost, type FakeClock, type QuietHost } from 'im-kernel/kit';
import type {
  Block,
  NumberSource,
} from '../../../plugins/ordering/central-sequencer/number-source.ts';
import { NumberSupply } from '../../../plugins/ordering/central-sequencer/number-supply.ts';

/** A source whose answers a test gives. */
class Hand implements NumberSource {
  readonly asked: { readonly count: number; readonly above: number }[] = [];
  #answer: ((block: Block) => void) | undefined;
  #deny: ((why: ImError) => void) | undefined;

  grant(count: number, above: number): Promise<Block> {
    assert.equal(this.#answer, undefined, 'it is asked one thing at a time');
    this.asked.push({ count, above });
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#deny = reject;
    });
  }
  async give(first: number, last: number): Promise<void> {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.({ first, last });
    await nextTurn();
  }
  async deny(why = new ImError('IM_SEQUENCER_AWAY', { why: 'a test' })): Promise<void> {
    const deny = this.#deny;
    this.#answer = undefined;
    deny?.(why);
    await nextTurn();
  }
}

describe('the numbers in hand', () => {
  let source: Hand;
  let clock: FakeClock;
  let host: QuietHost;
  let supply: NumberSupply;

  beforeEach(() => {
    source = new Hand();
    clock = fakeClock();
    host = quietHost({ clock });
    const counter = (name: string) => host.metrics.counter(name, '');
    const counters = {
      blocks: counter('blocks'),
      waits: counter('waits'),
      refused: counter('refused'),
      skipped: counter('skipped'),
    };
    supply = new NumberSupply({ source, clock, block: 10, waitMs: 500, maxAgeMs: 1_000, counters });
  });
  afterEach(() => {
    supply.stop();
    assert.equal(clock.pending, 0);
  });

  it('are given at once while there are enough', async () => {
    supply.begin();
    await source.give(1, 10);
    assert.deepEqual(supply.take(3, 0), [1, 2, 3]);
    assert.deepEqual(supply.take(2, 0), [4, 5]);
    assert.equal(host.counted('waits'), 0);
  });

  it('are asked for again when half of a block is used, once', async () => {
    supply.begin();
    await source.give(1, 10);
    assert.deepEqual(supply.take(4, 0), [1, 2, 3, 4]);
    assert.equal(source.asked.length, 1);
    assert.deepEqual(supply.take(1, 0), [5]);
    assert.deepEqual(supply.take(1, 0), [6]);
    assert.deepEqual(source.asked.slice(1), [{ count: 10, above: 10 }]);
    await source.give(21, 30);
    assert.deepEqual(supply.take(6, 0), [7, 8, 9, 10, 21, 22]);
  });

  it('come in the sequence of asking to all who wait, however much each wants', async () => {
    const answers = [supply.take(25, 0), supply.take(1, 0), supply.take(3, 0)];
    await source.give(1, 10);
    await source.give(11, 20);
    await source.give(31, 40);
    assert.deepEqual((await answers[0])?.slice(-6), [20, 31, 32, 33, 34, 35]);
    assert.deepEqual(await answers[1], [36]);
    assert.deepEqual(await answers[2], [37, 38, 39]);
  });

  it('below what a conversation has had are let go, and counted', async () => {
    supply.begin();
    await source.give(1, 10);
    assert.deepEqual(supply.take(2, 6), [7, 8]);
    assert.equal(host.counted('skipped'), 6);
    const waiting = supply.take(2, 95);
    assert.deepEqual(source.asked.at(-1), { count: 10, above: 10 });
    await source.give(11, 20);
    assert.deepEqual(source.asked.at(-1), { count: 10, above: 95 });
    await source.give(96, 105);
    assert.deepEqual(await waiting, [96, 97]);
    assert.equal(host.counted('skipped'), 18);
  });

  it('are let go when they have got old: others have given higher ones meanwhile', async () => {
    supply.begin();
    await source.give(1, 10);
    clock.advance(1_000);
    assert.deepEqual(supply.take(2, 0), [1, 2]);
    clock.advance(1);
    const waiting = supply.take(2, 0);
    assert.equal(host.counted('skipped'), 8);
    assert.deepEqual(source.asked.at(-1), { count: 10, above: 10 });
    clock.advance(400);
    await source.give(31, 40);
    assert.deepEqual(await waiting, [31, 32]);
  });

  it('are collected for a large batch, however long that takes', async () => {
    const waiting = supply.take(20, 0);
    await source.give(1, 10);
    clock.advance(400);
    await source.give(11, 20);
    assert.equal((await waiting).length, 20);
  });

  it('are refused at once to one who asks for what cannot be, and those behind it get theirs', async () => {
    const [bad, good] = [supply.take(1, 99), supply.take(1, 0)].map((one) => Promise.resolve(one));
    await source.give(1, 10);
    assert.deepEqual(source.asked.at(-1), { count: 10, above: 99 });
    const refused = assert.rejects(bad!, { code: 'IM_SEQUENCER_BELOW' });
    await source.deny(new ImError('IM_SEQUENCER_BELOW', { above: 99 }));
    await refused;
    await source.give(11, 20);
    assert.deepEqual(await good, [11]);
    assert.equal(host.counted('refused'), 1);
  });

  it('are waited for within the bound, then nobody waits until some come', async () => {
    const waiting = supply.take(1, 0);
    clock.advance(499);
    assert.equal(host.counted('refused'), 0);
    clock.advance(1);
    await assert.rejects(Promise.resolve(waiting), { code: 'IM_SEQUENCER_AWAY' });
    await assert.rejects(Promise.resolve(supply.take(1, 0)), { code: 'IM_SEQUENCER_AWAY' });
    assert.equal(host.counted('waits'), 1);
    assert.equal(host.counted('refused'), 2);
    await source.give(1, 10);
    assert.deepEqual(supply.take(1, 0), [1]);
  });

  it('are asked for again, a little later each time, while there are none', async () => {
    supply.begin();
    for (let round = 1; round <= 3; round += 1) {
      await source.deny();
      assert.equal(source.asked.length, round);
      clock.advance(100);
      assert.equal(source.asked.length, round + 1);
    }
    await source.give(1, 10);
    assert.deepEqual(supply.take(1, 0), [1]);
  });

  it('are refused from a sequencer that went back', async () => {
    supply.begin();
    await source.give(101, 110);
    assert.equal((await supply.take(10, 0)).length, 10);
    const waiting = supply.take(1, 0);
    await source.give(1, 10);
    clock.advance(100);
    await source.give(111, 120);
    assert.deepEqual(await waiting, [111]);
  });

  it('are refused to all who wait when the server stops', async () => {
    const waiting = [supply.take(1, 0), supply.take(1, 0)];
    supply.stop();
    for (const one of waiting) await assert.rejects(Promise.resolve(one), /is being stopped/);
    await assert.rejects(Promise.resolve(supply.take(1, 0)));
  });
});
