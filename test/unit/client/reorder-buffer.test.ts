import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  isInTime,
  judgeAllOnce,
  judgeLate,
  judgeProcesses,
  positionsOf,
  readyMs,
} from './reorder-judges.ts';
import { CALM, type Fate, type Plan, ReorderRig } from './reorder-rig.ts';

const WINDOW_MS = 100;
const NO_WINDOW = [{ atMs: 0, windowMs: 0 }];

function entriesWith(...more: Fate[]): fc.Arbitrary<Plan['entries']> {
  const often: Fate[] = ['comes', 'comes', 'comes', 'comes', 'twice', 'lost', 'own'];
  const fate = fc.constantFrom<Fate>(...often, ...more);
  const entry = fc.record({ gapMs: fc.nat(60), lagMs: fc.nat(200), delayMs: fc.nat(150), fate });
  return fc.array(entry, { minLength: 1, maxLength: 40 });
}
const slow = { handlerMs: fc.nat(30), historyMs: fc.nat(300) };
const windows = fc
  .array(fc.record({ atMs: fc.nat(2_000), windowMs: fc.nat(300) }), { maxLength: 4 })
  .map((later) => [{ atMs: 0, windowMs: WINDOW_MS }, ...later]);
const limits = fc.record({
  heldPerConversation: fc.integer({ min: 1, max: 4 }),
  asidePerConversation: fc.integer({ min: 1, max: 4 }),
});

type Drawn = { readonly [K in keyof Plan]?: fc.Arbitrary<Plan[K]> };

/** Runs random plans to their ends; `judge` looks at what has happened. */
function check(drawn: Drawn, judge: (rig: ReorderRig, plan: Plan) => void): void {
  const plans = fc.record({ entries: entriesWith(), ...drawn });
  fc.assert(
    fc.property(plans, (some) => {
      const plan = { ...CALM, ...some } as Plan;
      judge(new ReorderRig(plan).run(), plan);
    }),
    { numRuns: 300 },
  );
}

describe('the reorder buffer', () => {
  it('shows the order of the log where no window is asked for, and nothing is late', () => {
    const order = fc.constant('position' as const);
    check({ order, windows: fc.constant(NO_WINDOW), ...slow }, (rig) => {
      assert.deepEqual(positionsOf(rig.shown), positionsOf(rig.expected));
      assert.equal(rig.notes.late, 0);
      assert.equal(rig.mark, rig.expected.at(-1)?.position ?? 0);
    });
  });

  it('shows at once what comes without a gap where no window is asked for', () => {
    check({ windows: fc.constant(NO_WINDOW) }, (rig) => {
      const ready = readyMs(rig);
      for (const { position, atMs } of rig.shown) assert.equal(atMs, ready.get(position));
    });
  });

  it('shows each once, whatever is late, lost, twice or slow, and however rules change', () => {
    const waitingMost = fc.integer({ min: 1, max: 20 });
    check({ windows, waitingMost, ...slow }, (rig) => {
      judgeAllOnce(rig);
      assert.equal(rig.notes.released, rig.notes.held);
      assert.equal(rig.notes.late, rig.shown.filter(({ late }) => late).length);
    });
  });

  it('sorts all that comes within the window', () => {
    check({ historyMs: fc.nat(300) }, (rig) => {
      for (const one of rig.shown)
        assert.ok(!one.late || !isInTime(one, rig, WINDOW_MS), `${one.position}`);
    });
  });

  it('holds nothing longer than the window, and what is late not at all', () => {
    check({ historyMs: fc.nat(300) }, (rig) => {
      const ready = readyMs(rig);
      for (const { position, atMs, late } of rig.shown) {
        if (late) assert.equal(atMs, ready.get(position));
        const latestMs = Math.max(ready.get(position)!, rig.hereMs.get(position)! + WINDOW_MS);
        assert.ok(atMs <= latestMs, `position ${position} at ${atMs}, not by ${latestMs}`);
      }
    });
  });

  it('goes on, and counts it, where the history does not have what is missing', () => {
    check({ entries: entriesWith('gone'), windows, ...slow }, (rig, { entries }) => {
      judgeAllOnce(rig);
      if (rig.notes.passed > 0) assert.ok(entries.some(({ fate }) => fate === 'gone'));
    });
  });

  it('stays within its bounds, leaves the rest to the server, and still shows each once', () => {
    check({ limits, windows, ...slow, entries: entriesWith('gone') }, (rig, plan) => {
      judgeAllOnce(rig);
      assert.ok(rig.heldMost <= plan.limits.heldPerConversation);
      assert.ok(rig.asideMost <= plan.limits.asidePerConversation);
    });
  });

  it('shows after a crash of the reader what was not acknowledged, and nothing below', () => {
    const crashesMs = fc.array(fc.nat(2_500), { minLength: 1, maxLength: 3 });
    const remembers = fc.boolean();
    check({ crashesMs, remembers, windows, ...slow }, judgeProcesses);
  });

  it('shows each once, though it remembers nothing and the first ones are lost', () => {
    const remembers = fc.constant(false);
    check({ remembers, windows, ...slow, entries: entriesWith('lost', 'lost') }, judgeAllOnce);
  });

  it('shows the log as it is to who wants it raw, and says what is late all the same', () => {
    check({ raw: fc.constant(true), windows: fc.constant(NO_WINDOW), ...slow }, (rig) => {
      assert.deepEqual(positionsOf(rig.shown), positionsOf(rig.expected));
      judgeLate(rig.shown);
    });
  });
});
