import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { fakeClock } from 'im-kernel/kit';
import { Pulse } from '../../../core/cluster/pulse.ts';

describe('a pulse', () => {
  it('has one turn at a time, a pause between them, and one more at once when asked', async () => {
    const clock = fakeClock();
    let running = 0;
    let turns = 0;
    let { promise, resolve: release } = Promise.withResolvers<void>();
    const pulse = new Pulse({
      clock,
      pauseMs: () => 1_000,
      turn: async () => {
        running += 1;
        assert.equal(running, 1);
        turns += 1;
        ({ promise, resolve: release } = Promise.withResolvers<void>());
        await promise;
        running -= 1;
      },
    });
    await pulse.beat();
    assert.equal(turns, 0, 'none before the start');
    pulse.start();
    clock.advance(1_000);
    assert.equal(turns, 1);
    const done: string[] = [];
    void pulse.beat().then(() => done.push('one'));
    void pulse.beat().then(() => done.push('other'));
    release();
    await turn();
    assert.deepEqual([turns, done], [2, []], 'both wait for a turn that began after they asked');
    release();
    await turn();
    assert.deepEqual(done, ['one', 'other']);
    assert.equal(clock.pending, 1);
    const stopped = pulse.stop();
    await stopped;
    assert.equal(clock.pending, 0);
    await pulse.beat();
    assert.equal(turns, 2);
  });

  it('pauses anew as long as pauses are now', async () => {
    const clock = fakeClock();
    let pauseMs = 1_000;
    let turns = 0;
    const pulse = new Pulse({
      clock,
      pauseMs: () => pauseMs,
      turn: () => Promise.resolve(void (turns += 1)),
    });
    pulse.start();
    pauseMs = 50;
    pulse.repause();
    clock.advance(50);
    assert.equal(turns, 1);
    pulse.repause();
    await turn();
    assert.equal(clock.pending, 1, 'a turn under way ends in one pause');
    await pulse.stop();
    pulse.repause();
    assert.equal(clock.pending, 0, 'after the stop there is none');
  });

  it('ends with the turn that says so', async () => {
    const clock = fakeClock();
    const pulse = new Pulse({ clock, pauseMs: () => undefined, turn: () => Promise.resolve() });
    pulse.start();
    await pulse.beat();
    assert.equal(clock.pending, 0);
  });
});
