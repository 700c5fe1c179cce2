import assert from 'node:assert/strict';
import plugin from '../../../plugins/ordering/timestamp-window/index.ts';
import { RecentEntries } from '../../../plugins/ordering/timestamp-window/recent-entries.ts';
import { windowSettings } from './window-settings.ts';
import { WindowStage } from './window-stage.ts';

const GAP_MS = 10;

/** Two people write in turn for so long; instead of every tenth message comes a late one of eve. */
function talk(stage: WindowStage, fromMs: number, forMs: number, lateMs: number): void {
  for (let at = fromMs, nth = 0; at < fromMs + forMs; at += GAP_MS, nth += 1) {
    const sentAt = stage.startMs + at;
    if (nth % 10 === 0) stage.say({ user: 'eve', sentAt: sentAt - lateMs, at });
    else stage.say({ user: nth % 2 === 0 ? 'ann' : 'bob', sentAt, at });
  }
}

function faults(given: Parameters<typeof windowSettings>[0]): number {
  return plugin.check?.(windowSettings(given)).length ?? 0;
}

describe('timestamp-window', () => {
  it('measures how long a reader would have had to hold what overtook a late message', () => {
    const stage = new WindowStage({});
    talk(stage, 1_000, 10_000, 100);
    const { holdMs } = stage.ordering.rule;
    // Sent 100 ms before it came; the first that was sent later came 10 ms after that. Nothing
    // overtook the first of them.
    assert.ok(holdMs >= 90 && holdMs <= 1.2 * 90 + 1, `${holdMs}`);
    assert.equal(stage.host.counted('window_late_total'), 99);
  });
  it('holds for as long as two who seldom write need, not for as long as their stamps differ', () => {
    const stage = new WindowStage({});
    for (let at = 0; at < 200_000; at += 1_000) {
      stage.say({ user: 'bob', sentAt: stage.startMs + at + 5, at: at + 10 });
      stage.say({ user: 'ann', sentAt: stage.startMs + at, at: at + 400 });
    }
    const { holdMs } = stage.ordering.rule;
    assert.ok(holdMs >= 390 && holdMs <= 1.2 * 390 + 1, `${holdMs}`);
  });
  it('holds nothing where messages come as they were sent, however slowly', () => {
    const stage = new WindowStage({});
    for (let at = 700; at < 60_000; at += GAP_MS) {
      stage.say({ user: `u${at % 3}`, sentAt: stage.startMs + at - 700, at });
    }
    assert.deepEqual(stage.host.announced, []);
    assert.equal(stage.ordering.rule.holdMs, 0);
    assert.equal(stage.host.counted('window_late_total'), 0);
  });
  it('tells clients when the window is another one, not too often, and what it states', () => {
    const stage = new WindowStage({ announceEvery: 5_000 });
    const times: number[] = [];
    let told = 0;
    for (let round = 0; round < 60; round += 1) {
      talk(stage, round * 1_000, 1_000, round < 30 ? 100 : 600);
      if (stage.host.announced.length > told) times.push(round);
      assert.ok(stage.host.announced.length <= told + 1);
      told = stage.host.announced.length;
      assert.deepEqual(stage.ordering.rule, stage.host.announced.at(-1) ?? stage.ordering.rule);
    }
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    assert.ok(
      gaps.every((gap) => gap >= 5),
      times.join(' '),
    );
    assert.ok(times.length >= 2 && times.length <= 4, times.join(' '));
    assert.ok(times.some((at) => at >= 30 && at <= 35));
    const holds = stage.host.announced.map(({ holdMs }) => holdMs);
    assert.ok((holds.at(-1) ?? 0) > 500, holds.join(' '));
    assert.equal(stage.host.gauged('window_ms'), holds.at(-1));
  });
  it('goes by the delay in the mode p99, whatever the clocks say', () => {
    const stage = new WindowStage({ mode: 'p99' });
    for (let at = 2_000, nth = 0; nth < 2_000; at += GAP_MS, nth += 1) {
      const slowMs = (nth % 100) * 2;
      stage.say({ user: 'ann', sentAt: stage.startMs + at - slowMs, at });
      stage.say({ user: 'bob', sentAt: stage.startMs + at - slowMs - 1_500, at });
    }
    const { holdMs } = stage.ordering.rule;
    assert.ok(holdMs >= 190 && holdMs <= 240, `${holdMs}`);
  });
  it('leaves out what its clock tells nothing of', () => {
    const stage = new WindowStage({ mode: 'p99' });
    for (let at = 0; at < 60_000; at += GAP_MS) stage.say({ sentAt: at, at });
    assert.equal(stage.ordering.rule.holdMs, 0);
  });
  it('remembers no more devices than its bound', () => {
    const standing = { acceptedAt: 0 };
    const entries = new RecentEntries(0, standing);
    const acceptedAt = 1_795_404_000_000;
    for (let nth = 1; nth <= 5_000; nth += 1) {
      const who = { conversation: 'g/tea', user: `u${nth}`, device: 'phone', number: 1 };
      const placing = { ...who, position: nth, sentAt: acceptedAt, acceptedAt };
      entries.place(placing, entries.senders.of(placing), acceptedAt, acceptedAt - 60_000);
      assert.ok(entries.senders.size <= 1_024);
    }
  });
  it('says which settings contradict each other', () => {
    assert.equal(faults({}), 0);
    assert.equal(faults({ minHold: 2_000 }), 1);
    assert.equal(faults({ mode: 'fixed', hold: 2_000 }), 1);
    assert.equal(faults({ mode: 'fixed', minHold: 2_000 }), 0);
    assert.equal(faults({ mode: 'p99', hold: 2_000 }), 0);
  });
});
