import assert from 'node:assert/strict';
import { Directory } from '../../../core/session/directory.ts';
import type { Session } from '../../../core/session/session.ts';

const SESSION = { live: true } as Session;

describe('the directory', () => {
  it('keeps the seat of a device that left until its commands are settled, not longer', () => {
    const directory = new Directory();
    const seat = directory.seat('ann', 'd1');
    seat.session = SESSION;
    seat.unsettled = 2;
    seat.session = undefined;
    directory.release(seat);
    seat.settle();
    assert.equal(directory.seat('ann', 'd1'), seat);
    seat.settle();
    assert.notEqual(directory.seat('ann', 'd1'), seat);
  });

  it('lets who waits for a seat have it when everything is settled', async () => {
    const directory = new Directory();
    const seat = directory.seat('ann', 'd1');
    seat.unsettled = 1;
    seat.session = SESSION;
    let settled = false;
    const waiting = seat.whenSettled().then(() => (settled = true));
    await Promise.resolve();
    assert.equal(settled, false);
    seat.settle();
    await waiting;
    assert.equal(directory.seat('ann', 'd1'), seat);
  });

  it('lets one session wait for a seat, the one that came last', async () => {
    const seat = new Directory().seat('ann', 'd1');
    seat.unsettled = 1;
    seat.session = SESSION;
    const first = seat.whenSettled();
    let settled = false;
    const second = seat.whenSettled().then(() => (settled = true));
    await first;
    assert.equal(settled, false);
    seat.settle();
    await second;
  });

  it('counts connections by network address, without the port, IPv6 too', () => {
    const directory = new Directory();
    assert.equal(directory.arrive('10.0.0.1:1'), 1);
    assert.equal(directory.arrive('10.0.0.1:2'), 2);
    assert.equal(directory.arrive('[::1]:2'), 1);
    assert.equal(directory.arrive('[::1]:3'), 2);
    directory.depart('10.0.0.1:1');
    assert.equal(directory.arrive('10.0.0.1:9'), 2);
  });

  it('counts and names only the sessions that are there', () => {
    const directory = new Directory();
    directory.seat('ann', 'd1').session = SESSION;
    directory.seat('ann', 'd2').session = { live: false } as Session;
    directory.seat('ann', 'd3');
    assert.equal(directory.countOf('ann'), 2);
    assert.deepEqual([...directory.sessionsOf('ann')], [SESSION]);
    assert.equal(directory.countOf('bob'), 0);
  });
});
