/** The checkers of orders: a good history passes, a spoilt one does not. */
import assert from 'node:assert/strict';
import { oneTotalOrder } from './checks/one-total-order.ts';
import { sequencersInTurn } from './checks/sequencers-in-turn.ts';
import { ordersAreTimes } from './checks/orders-are-times.ts';
import { LOG, anEntry, drained, timed } from './good-history.ts';
import { keptUnder } from './good-node-history.ts';
import type { HistoryEvent, SeenEntry } from './history.ts';

function configuredFor(totalOrder: string | undefined): HistoryEvent {
  const bare = { guards: [], consumers: [], bounds: {}, savedWithinMs: 1 };
  return { type: 'configured', ...bare, ...(totalOrder === undefined ? {} : { totalOrder }) };
}

/** Entries of two conversations: what each is called, its position and its order. */
function history(totalOrder: string | undefined, ...places: readonly [string, number, number][]) {
  const entries = places.map(([conversation, position, order]): SeenEntry => {
    return { ...anEntry(position), conversation, order };
  });
  return timed([configuredFor(totalOrder), drained(entries)]);
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

describe('the checker of total orders, where two sequencers were started by mistake', () => {
  it('notices an order that the other one handed out, too', () => {
    const [configured, ...rest] = history('', ['g/tea', 1, 3], ['g/tea', 2, 9]);
    const beside = (...numbers: number[]) => timed([configured!, numbered(...numbers), ...rest]);
    assert.deepEqual(oneTotalOrder(beside(4, 5, 6)), []);
    const [found] = oneTotalOrder(beside(8, 9));
    assert.match(found?.why ?? '', /another sequencer and g\/tea 2 have one order, 9/);
  });
});

function numbered(...numbers: number[]): HistoryEvent {
  return { type: 'numbered', numbers };
}

function life(number: number): HistoryEvent[] {
  return [
    { type: 'node', what: 'started', detail: '', life: number },
    { type: 'taken', log: LOG, life: number, shards: [0], epochs: [number] },
  ];
}

/** An entry of a life of the node; at the position that is its order, which nobody asks here. */
function kept(number: number, order: number, changes: Partial<SeenEntry> = {}): HistoryEvent {
  return keptUnder(anEntry(order, changes), number);
}

function complaintsOf(...events: HistoryEvent[]): readonly string[] {
  const found = sequencersInTurn(timed([configuredFor('g/'), ...events]));
  assert.ok(found.every(({ promise }) => promise === 'ordering'));
  return found.map(({ why }) => why);
}

describe('the checker of sequencers that follow each other', () => {
  it('is content where each goes on above those before it', () => {
    const beside = [numbered(), kept(1, 2), numbered(10, 11), kept(1, 3), numbered(12)];
    assert.deepEqual(complaintsOf(...life(1), kept(1, 1), ...beside, ...life(2), kept(2, 20)), []);
  });

  it('does not say which of two was first that started together', () => {
    assert.deepEqual(complaintsOf(numbered(), ...life(1), numbered(10), kept(1, 1)), []);
    assert.deepEqual(complaintsOf(numbered(), ...life(1), kept(1, 20), numbered(10)), []);
  });

  it('notices that a fenced one goes on among the numbers of the other', () => {
    const fenced = [...life(1), kept(1, 1), numbered(), numbered(10, 14), kept(1, 12)];
    assert.deepEqual(complaintsOf(...fenced), [
      'the other sequencer has 10, and life 1 of the node 1 to 12',
    ]);
  });

  it('notices that a fenced one goes on above the other', () => {
    const fenced = [...life(1), kept(1, 1), numbered(), numbered(10), kept(1, 40)];
    assert.match(complaintsOf(...fenced).join(), /other sequencer has 10, .* node 1 to 40$/);
  });

  it('notices one that goes back when it starts', () => {
    const back =
      /life 1 of the node has 30, and life 2 of the node 7 to 7, though it started later/;
    assert.match(complaintsOf(...life(1), kept(1, 30), ...life(2), kept(2, 7)).join(), back);
    const below = [...life(1), kept(1, 30), numbered(), numbered(7)];
    assert.match(
      complaintsOf(...below).join(),
      /the other sequencer 7 to 7, though it started later/,
    );
  });

  it('asks only for what has one total order, and for one log at a time', () => {
    const other = kept(2, 7, { conversation: 'd/ann/bob' });
    assert.deepEqual(complaintsOf(...life(1), kept(1, 30), ...life(2), other), []);
    const elsewhere = life(2).map((event) => ({ ...event, log: 'log-2' }) as HistoryEvent);
    const anew = { ...kept(2, 7), log: 'log-2' } as HistoryEvent;
    assert.deepEqual(complaintsOf(...life(1), kept(1, 30), ...elsewhere, anew), []);
    const unordered = [configuredFor(undefined), ...life(1), kept(1, 30), ...life(2), kept(2, 7)];
    assert.deepEqual(sequencersInTurn(timed(unordered)), []);
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
