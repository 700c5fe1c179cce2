import assert from 'node:assert/strict';
import { fakeClock } from 'im-kernel/kit';
import { LoopWatch, OwnMoves } from '../../../core/cluster/heart/loop-watch.ts';
import type { Clock } from '../../../core/contract/index.ts';

const BEAT_MS = 1_000;
const LATE_MS = 2_500;

describe('the watch over the loop', () => {
  const fake = fakeClock();
  /** What the loop stood still, and its timers do not know of. */
  let stoodMs = 0;
  const clock: Clock = {
    now: () => fake.now(),
    monotonic: () => fake.monotonic() + stoodMs,
    after: (delayMs, run) => fake.after(delayMs, run),
    soon: (run) => fake.soon(run),
  };
  const moves = new OwnMoves(clock);
  let watch: LoopWatch;

  beforeEach(() => {
    watch = new LoopWatch({ clock, moves, beatMs: BEAT_MS, lateMs: LATE_MS });
    watch.start();
  });
  afterEach(() => {
    watch.stop();
    assert.equal(fake.pending, 0, 'a timer outlives it');
  });

  it('moves every tenth of a second', () => {
    fake.advance(10_000);
    assert.ok(moves.ageMs < 100);
    assert.deepEqual([watch.delayMs, watch.steady], [0, true]);
  });

  it('tells of the longest delay for a beat or two', () => {
    stoodMs += 700;
    assert.equal(watch.delayMs, 600);
    fake.advance(100);
    stoodMs += 200;
    fake.advance(100);
    assert.equal(watch.delayMs, 700);
    fake.advance(BEAT_MS - 100);
    assert.equal(watch.delayMs, 700);
    fake.advance(2 * BEAT_MS);
    assert.equal(watch.delayMs, 0);
  });

  it('takes a loop that stood for more than the limit for unsteady, for three beats', () => {
    stoodMs += LATE_MS - 100;
    fake.advance(100);
    assert.equal(watch.steady, true);
    stoodMs += LATE_MS + 200;
    assert.equal(watch.steady, false, 'even before its own tick has run');
    fake.advance(2 * BEAT_MS);
    assert.equal(watch.steady, false);
    fake.advance(BEAT_MS + 200);
    assert.equal(watch.steady, true);
  });
});
