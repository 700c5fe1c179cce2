/** The checkers of orders: a good history passes, a spoilt one does not. */
import assert from 'node:assert/strict';
import { oneTotalOrder } from './checks/one-total-order.ts';
import { ordersAreTimes } from './checks/orders-are-times.ts';
import { anEntry, drained, timed } from './good-history.ts';
import type { HistoryEvent, SeenEntry } from './history.ts';

/** Entries of two conversations: what each is called, its position and its order. */
function history(totalOrder: string | undefined, ...places: readonly [string, number, number][]) {
  const configured: HistoryEvent = {
    type: 'configured',
    guards: [],
    consumers: [],
    bounds: {},
    savedWithinMs: 1,
    ...(totalOrder === undefined ? {} : { totalOrder }),
  };
  const entries = places.map(([conversation, position, order]): SeenEntry => {
    return { ...anEntry(position), conversation, order };
  });
  return timed([configured, drained(entries)]);
}

describe('the checker of total orders', () => {
  it('is content where every order occurs once, and orders ascend', () => {
    const good = history('', ['g/tea', 1, 3], ['d/ann/bob', 1, 4], ['g/tea', 2, 90]);
    assert.deepEqual(oneTotalOrder(good), []);
  });

  it('notices an order that two conversations have', () => {
    const [found, ...more] = oneTotalOrder(history('', ['g/tea', 1, 3], ['d/ann/bob', 1, 3]));
    assert.match(found?.why ?? '', /g\/tea 1 and d\/ann\/bob 1 have one order, 3/);
    assert.equal(found?.promise, 'ordering');
    assert.deepEqual(more, []);
  });

  it('notices an order that is below the one before it', () => {
    const [found] = oneTotalOrder(history('', ['g/tea', 1, 3], ['g/tea', 2, 2]));
    assert.match(found?.why ?? '', /g\/tea 2 has the order 2 after 3/);
  });

  it('asks only for conversations that have one total order', () => {
    const places = [
      ['g/tea', 1, 3],
      ['d/ann/bob', 1, 3],
    ] as [string, number, number][];
    assert.deepEqual(oneTotalOrder(history('g/', ...places)), []);
    assert.deepEqual(oneTotalOrder(history(undefined, ...places)), []);
  });
});

describe('the checker of orders that are times', () => {
  const acceptedAt = Date.UTC(2026, 10, 23);
  const now = (acceptedAt - Date.UTC(2020, 0)) * 128;

  function complaints(orders: readonly number[], skewMaxMs?: number): readonly string[] {
    const configured: HistoryEvent = {
      type: 'configured',
      guards: [],
      consumers: [],
      bounds: {},
      savedWithinMs: 1,
      ...(skewMaxMs === undefined ? {} : { timeOrder: { skewMaxMs, aheadMaxMs: 8 } }),
    };
    const entries = orders.map((order, at) => ({ ...anEntry(at + 1), acceptedAt, order }));
    return ordersAreTimes(timed([configured, drained(entries)])).map(({ why }) => why);
  }

  it('is content with what was sent lately, and with a log that counts on', () => {
    assert.deepEqual(
      complaints([now, now - 1_000 * 128, now + 127, now + 128, now + 129], 1_000),
      [],
    );
    assert.deepEqual(complaints([1, now * 2]), []);
  });

  it('notices an order that is too far off to either side', () => {
    assert.match(complaints([now - 1_000 * 128 - 1], 1_000).join(), /far behind/);
    assert.match(complaints([now, now + 60_000 * 128], 1_000).join(), /far ahead/);
  });
});
