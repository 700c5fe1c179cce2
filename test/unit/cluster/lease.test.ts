import assert from 'node:assert/strict';
import { fakeClock } from 'im-kernel/kit';
import { Lease } from '../../../core/cluster/lease.ts';

describe('a lease', () => {
  it('shuts nothing where none is needed', () => {
    const lease = new Lease(fakeClock());
    assert.equal(lease.open, true);
  });

  it('ends before the store’s does, counted from before the request', () => {
    const clock = fakeClock();
    const lease = new Lease(clock);
    lease.need();
    assert.equal(lease.open, false);
    const askedMs = clock.monotonic();
    clock.advance(300);
    lease.renewed(askedMs, 5_000);
    clock.advance(3_699);
    assert.equal(lease.open, true);
    clock.advance(1);
    assert.equal(lease.open, false);
  });

  it('is not moved by the wall clock, nor back by a late answer', () => {
    const clock = fakeClock();
    const lease = new Lease(clock);
    lease.need();
    clock.advance(1_000);
    lease.renewed(1_000, 5_000);
    lease.renewed(0, 5_000);
    clock.jump(-3_600_000);
    clock.advance(3_999);
    clock.jump(7_200_000);
    assert.equal(lease.open, true);
    clock.advance(1);
    assert.equal(lease.open, false);
  });

  it('lets what waited go when it is renewed, once, and never when it is lost', () => {
    const clock = fakeClock();
    const lease = new Lease(clock);
    const ran: string[] = [];
    lease.need();
    lease.whenOpen(() => ran.push('first'));
    lease.renewed(-10_000, 5_000);
    assert.equal(ran.length, 0, 'a renewal that came too late opens nothing');
    lease.renewed(0, 5_000);
    lease.renewed(0, 5_000);
    assert.equal(ran.join(), 'first');
    lease.end();
    lease.whenOpen(() => ran.push('second'));
    lease.renewed(clock.monotonic(), 5_000);
    assert.deepEqual([ran.join(), lease.open], ['first', false]);
  });
});
