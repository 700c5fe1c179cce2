/** A log that one ordering began and another goes on with. */
import assert from 'node:assert/strict';
import { fakeClock, memoryRegister, orderingHost } from 'im-kernel/kit';
import type { Ordering, OrderingHost, Placing, Standing } from 'im-kernel/contract';
import centralSequencer from '../../../plugins/ordering/central-sequencer/index.ts';
import conversationOwner from '../../../plugins/ordering/conversation-owner/index.ts';
import timestampWindow from '../../../plugins/ordering/timestamp-window/index.ts';
import { sequencerSettings } from './sequencer-settings.ts';
import { windowSettings } from './window-settings.ts';

const ORDERINGS: Readonly<Record<string, (host: OrderingHost, above: number) => Ordering>> = {
  'conversation-owner': (host) => conversationOwner.create({ maxHold: 300 }, host),
  'central-sequencer': (host, above) => centralSequencer.create(sequencerSettings({ above }), host),
  'timestamp-window': (host) => timestampWindow.create(windowSettings({}), host),
};
const signal = new AbortController().signal;

/** One conversation, whatever orders it. */
class Log {
  readonly orders: number[] = [];
  readonly #clock = fakeClock();
  readonly #register = memoryRegister();

  /** Starts the ordering and places one entry for each device and stamp, a second apart. */
  async goOn(use: string, sent: readonly (readonly [string, number])[], above = 0): Promise<void> {
    const host = orderingHost({ clock: this.#clock }, this.#register);
    const ordering = ORDERINGS[use]!(host, above);
    await ordering.start(signal);
    const standing: Standing = { acceptedAt: this.#clock.now() };
    for (const [device, agoMs] of sent) {
      this.#clock.advance(1_000);
      const placing = this.#next(device, agoMs);
      const last = this.orders.at(-1) ?? 0;
      const orders = await ordering.place(
        [placing],
        () => last,
        () => standing,
      );
      this.orders.push(...orders);
    }
    await ordering.stop(signal);
  }

  #next(device: string, agoMs: number): Placing {
    const position = this.orders.length + 1;
    const acceptedAt = this.#clock.now();
    const sender = { user: 'ann', device, number: position };
    return { ...sender, conversation: 'g/tea', position, sentAt: acceptedAt - agoMs, acceptedAt };
  }
}

const inTime = [
  ['phone', 0],
  ['desk', 0],
  ['phone', 0],
] as const;

describe('a log whose strategy is changed', () => {
  const names = Object.keys(ORDERINGS);
  for (const from of names) {
    for (const to of names.filter((name) => name !== from)) {
      it(`goes on above what was given, from ${from} to ${to} and back`, async () => {
        const log = new Log();
        for (const use of [from, to, from]) {
          const needs = use === 'central-sequencer' && log.orders.some((order) => order > 2 ** 40);
          await log.goOn(use, inTime, needs ? Math.max(...log.orders) : 0);
        }
        assert.equal(log.orders.length, 9);
        for (const [index, order] of log.orders.entries()) {
          const before = log.orders[index - 1] ?? 0;
          assert.ok(order > before, `${order} after ${before}, of ${log.orders.join(' ')}`);
        }
      });
    }
  }

  const endsLate = [...inTime, ['desk', 1_500]] as const;

  it('goes on above a late last entry of timestamp-window, with conversation-owner', async () => {
    const log = new Log();
    await log.goOn('timestamp-window', endsLate);
    const highest = highestOfLate(log);
    await log.goOn('conversation-owner', inTime);
    assert.ok(log.orders.slice(4).every((order) => order > highest));
  });

  it('is refused by central-sequencer after timestamp-window, until `above` is told', async () => {
    const log = new Log();
    await log.goOn('timestamp-window', inTime);
    await assert.rejects(log.goOn('central-sequencer', inTime), { code: 'IM_SEQUENCER_BELOW' });
    assert.equal(log.orders.length, 3);
  });

  it('goes on above it with central-sequencer, if `above` says so', async () => {
    const log = new Log();
    await log.goOn('timestamp-window', endsLate);
    const highest = highestOfLate(log);
    await log.goOn('central-sequencer', inTime, highest);
    assert.deepEqual(log.orders.slice(4), [highest + 1, highest + 2, highest + 3]);
  });
});

function highestOfLate({ orders }: Log): number {
  const highest = Math.max(...orders);
  assert.ok((orders.at(-1) ?? 0) < highest, 'the last one is not late');
  return highest;
}
