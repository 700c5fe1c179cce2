/** The checker of total orders: a good history passes, a spoilt one does not. */
import assert from 'node:assert/strict';
import { oneTotalOrder } from './checks/one-total-order.ts';
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
