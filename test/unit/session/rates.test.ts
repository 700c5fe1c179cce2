import assert from 'node:assert/strict';
import { fakeClock } from 'im-kernel/kit';
import { Rates } from '../../../core/session/rates.ts';

describe('the rates', () => {
  it('let through a burst, then so many a second, per user', () => {
    const clock = fakeClock();
    const rates = new Rates({ perSecond: 10, burst: 5 }, clock);
    const take = (user: string, count: number): number =>
      Array.from({ length: count }, () => rates.take(user)).filter(Boolean).length;
    assert.equal(take('ann', 9), 5);
    assert.equal(take('bob', 9), 5);
    clock.advance(250);
    assert.equal(take('ann', 9), 2);
    clock.advance(60_000);
    assert.equal(take('ann', 9), 5);
  });

  it('have no bound at 0, and do not mind a wall clock that jumps', () => {
    const clock = fakeClock();
    const free = new Rates({ perSecond: 0, burst: 1 }, clock);
    for (let count = 0; count < 1_000; count += 1) assert.ok(free.take('ann'));
    const rates = new Rates({ perSecond: 1, burst: 1 }, clock);
    assert.ok(rates.take('ann'));
    clock.jump(1_000_000);
    assert.equal(rates.take('ann'), false);
    clock.jump(-9_000_000);
    clock.advance(1_000);
    assert.ok(rates.take('ann'));
  });

  it('take back what had no use, up to the burst', () => {
    const rates = new Rates({ perSecond: 1, burst: 2 }, fakeClock());
    assert.deepEqual([rates.take('ann'), rates.take('ann')], [true, true]);
    rates.giveBack('ann');
    assert.deepEqual([rates.take('ann'), rates.take('ann')], [true, false]);
    for (let count = 0; count < 5; count += 1) rates.giveBack('ann');
    assert.deepEqual([rates.take('ann'), rates.take('ann')], [true, true]);
    assert.equal(rates.take('ann'), false);
    rates.giveBack('nobody');
  });
});
