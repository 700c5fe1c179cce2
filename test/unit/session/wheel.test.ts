import assert from 'node:assert/strict';
import { Timed, Wheel } from '../../../core/session/wheel.ts';
import { fakeClock } from '../../kit/fake-clock.ts';

const tickMs = 50;

describe('the wheel of deadlines', () => {
  it('meets each deadline once, never early, and late by at most a tick', () => {
    const clock = fakeClock();
    const wheel = new Wheel(clock, tickMs);
    const met: [number, number][] = [];
    for (const dueMs of [1, 49, 50, 51, 1_000, 25_600, 25_601, 60_000, 123_456])
      wheel.set(new Timed((nowMs) => met.push([dueMs, nowMs])), dueMs);
    clock.advance(200_000);
    assert.equal(met.length, 9);
    for (const [dueMs, nowMs] of met)
      assert.ok(nowMs >= dueMs && nowMs <= dueMs + tickMs, `${dueMs} was met at ${nowMs}`);
    assert.equal(clock.pending, 0, 'it turns on with nothing on it');
  });

  it('meets a deadline that was moved at its new time only, and none that was taken off', () => {
    const clock = fakeClock();
    const wheel = new Wheel(clock, tickMs);
    const met: number[] = [];
    const moved = new Timed((nowMs) => met.push(nowMs));
    wheel.set(moved, 100);
    wheel.set(moved, 40_000);
    wheel.set(moved, 500);
    const off = new Timed(() => assert.fail('it was taken off'));
    wheel.set(off, 100);
    wheel.set(off, undefined);
    clock.advance(100_000);
    assert.deepEqual(met, [500]);
  });

  it('spreads very many that fall together over some ticks, and forgets none', () => {
    const clock = fakeClock();
    const wheel = new Wheel(clock, tickMs);
    const perTick = new Map<number, number>();
    for (let i = 0; i < 10_000; i++)
      wheel.set(new Timed((nowMs) => perTick.set(nowMs, (perTick.get(nowMs) ?? 0) + 1)), 1_000);
    clock.advance(3_000);
    const counts = [...perTick.values()];
    assert.equal(
      counts.reduce((sum, one) => sum + one, 0),
      10_000,
    );
    assert.ok(Math.max(...counts) <= 1_000, `${Math.max(...counts)} in one turn`);
    assert.equal(clock.pending, 0);
  });

  it('meets what fell due in a long pause at once, and what did not at its time', () => {
    const clock = fakeClock();
    let turn: (() => void) | undefined;
    const wheel = new Wheel(
      {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        after: (_delayMs, run) => {
          turn = run;
          return () => (turn = undefined);
        },
        soon: (run) => clock.soon(run),
      },
      tickMs,
    );
    const met: number[] = [];
    for (const dueMs of [100, 20_000, 39_000, 41_000])
      wheel.set(new Timed(() => met.push(dueMs)), dueMs);
    clock.advance(40_000);
    turn?.();
    assert.deepEqual(
      met.toSorted((a, b) => a - b),
      [100, 20_000, 39_000],
    );
    while (clock.monotonic() < 41_050) {
      clock.advance(tickMs);
      turn?.();
    }
    assert.equal(met.at(-1), 41_000);
  });
});
