import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { firstOrderAt, lastOrderAt } from '../../../plugins/ordering/timestamp-window/stamps.ts';
import { arrivals, event, skews, TEN_MINUTES_MS, type Event } from './four-devices.ts';
import { WindowStage, type Entry } from './window-stage.ts';

const SKEW_MAX_MS = 2_000;
const ORDER_MAX = 2 ** 48 - 1;

function play(events: readonly Event[], skewsMs: readonly number[]): WindowStage {
  const stage = new WindowStage({ skewMax: SKEW_MAX_MS });
  for (const { message, fate } of arrivals(events, skewsMs, stage.startMs)) {
    if (fate === 'restart') stage.restart();
    if (fate === 'reread') stage.readAnew();
    if (fate === 'back') stage.clock.jump(-700);
    stage.say(message);
  }
  return stage;
}

function highest(entries: readonly Entry[]): number {
  return Math.max(0, ...entries.map(({ order }) => order));
}

describe('the orders of timestamp-window', () => {
  const many = fc.array(event, { maxLength: 150, size: 'max' });

  it('are distinct and ascend for each device, whatever comes when, with whatever clocks', () => {
    const property = fc.property(many, skews, (events, skewsMs) => {
      const { entries } = play(events, skewsMs);
      const orders = entries.map(({ order }) => order);
      assert.equal(new Set(orders).size, orders.length);
      assert.ok(orders.every((order) => order >= 1 && order <= ORDER_MAX));
      for (const one of entries) {
        const later = entries.filter(({ user, device, number }) => {
          return user === one.user && device === one.device && number > one.number;
        });
        assert.ok(later.every(({ order }) => order > one.order));
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
  it('are never above both the last one and the ms in which that one was accepted', () => {
    const property = fc.property(many, skews, (events, skewsMs) => {
      const stage = new WindowStage({ skewMax: SKEW_MAX_MS });
      for (const { message, fate } of arrivals(events, skewsMs, stage.startMs)) {
        if (fate === 'back') stage.clock.jump(-700);
        stage.say(message);
        const { order = 0, acceptedAt = 0 } = stage.last ?? {};
        assert.ok(highest(stage.entries) <= Math.max(order, lastOrderAt(acceptedAt)));
      }
    });
    fc.assert(property, { numRuns: 100 });
  });
  it('are the stamps of devices whose clocks are right, and bounded for all others', () => {
    const calm = fc
      .array(event, { maxLength: 150, size: 'max' })
      .map((events) =>
        events.map((one) => ({ ...one, sentAfterMs: one.sentAfterMs + 1, fate: 'kept' as const })),
      );
    const property = fc.property(calm, skews, (events, [, ...others]) => {
      const { entries } = play(events, [0, ...others]);
      for (const { order, user, device, sentAt, acceptedAt } of entries) {
        // One that had to go behind its device's last is later than its stamp.
        assert.ok(order >= firstOrderAt(acceptedAt - SKEW_MAX_MS), 'too early');
        assert.ok(order <= lastOrderAt(acceptedAt) + 150, 'too late');
        const exact = user === 'ann' && device === 'phone0' && acceptedAt - sentAt <= SKEW_MAX_MS;
        const before = entries.filter((one) => one.user === user && one.device === device);
        const believed = before.every((one) => one.acceptedAt - one.sentAt <= SKEW_MAX_MS);
        if (exact && believed) {
          assert.ok(order >= firstOrderAt(sentAt) && order <= lastOrderAt(sentAt), 'not its stamp');
        }
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
  it('put a late message where it belongs', () => {
    const stage = new WindowStage({});
    const { startMs } = stage;
    const early = stage.say({ user: 'ann', sentAt: startMs + 5, at: 10 });
    const newer = stage.say({ user: 'bob', sentAt: startMs + 60, at: 70 });
    const late = stage.say({ user: 'eve', sentAt: startMs + 30, at: 90 });
    assert.ok(early.order < late.order && late.order < newer.order);
    assert.equal(late.order, firstOrderAt(startMs + 30));
  });
  it('take what is sent in one ms as it came, and go on into the next one when it is full', () => {
    const stage = new WindowStage({});
    const sentAt = stage.startMs;
    for (let nth = 0; nth < 300; nth += 1) stage.say({ user: `u${nth}`, sentAt, at: 0 });
    const orders = stage.entries.map(({ order }) => order);
    const first = firstOrderAt(sentAt);
    assert.deepEqual(
      orders,
      Array.from({ length: 300 }, (_, nth) => first + nth),
    );
  });
  it('do not follow a clock that is far off, to either side', () => {
    for (const skewMs of [TEN_MINUTES_MS, -TEN_MINUTES_MS]) {
      const stage = new WindowStage({});
      stage.say({ user: 'bob', sentAt: stage.startMs, at: 10 });
      const { order, acceptedAt } = stage.say({ sentAt: stage.startMs + 20 + skewMs, at: 30 });
      assert.equal(order, firstOrderAt(acceptedAt));
      const after = stage.say({ user: 'bob', sentAt: stage.startMs + 40, at: 50 });
      assert.ok(after.order > order);
      assert.equal(stage.host.counted('window_stamps_clamped_total'), 1);
      const label = skewMs > 0 ? 'ahead' : 'behind';
      assert.equal(stage.host.counted('window_stamps_clamped_total', label), 1);
    }
  });
  it('only count on while the clock has no year of theirs', () => {
    for (const jumpMs of [-1_795_404_000_000, 2 ** 47]) {
      const stage = new WindowStage({});
      stage.clock.jump(jumpMs);
      const orders = [0, 1, 2].map((at) => stage.say({ sentAt: stage.clock.now(), at }).order);
      const first = orders[0] ?? 0;
      assert.ok(first >= 1 && first <= ORDER_MAX - 2 ** 37);
      assert.deepEqual(orders, [first, first + 1, first + 2]);
    }
  });
  it('begin above everything that another ordering gave', () => {
    const stage = new WindowStage({});
    const lastOrder = firstOrderAt(stage.startMs) + 1_000_000;
    const standing = { acceptedAt: stage.startMs };
    const sender = { conversation: 'g/tea', user: 'ann', device: 'phone', number: 8 };
    const times = { sentAt: stage.startMs, acceptedAt: stage.startMs };
    const place = stage.ordering.place(
      [{ ...sender, ...times, position: 9 }],
      () => lastOrder,
      () => standing,
    );
    assert.deepEqual(place, [lastOrder + 1]);
  });
  it('hold in a conversation of more devices and more moments than are remembered', () => {
    const stage = new WindowStage({ skewMax: 60_000, maxHold: 60_000 });
    for (let nth = 0; nth < 20_000; nth += 1) {
      const late = nth % 3 === 0 ? 400 : 0;
      stage.say({ user: `u${nth % 3_000}`, sentAt: stage.startMs + 2 * nth - late, at: 2 * nth });
    }
    assert.equal(new Set(stage.entries.map(({ order }) => order)).size, 20_000);
    const last = new Map<string, number>();
    for (const { user, order } of stage.entries) {
      assert.ok(order > (last.get(user) ?? 0));
      last.set(user, order);
    }
  });
});
