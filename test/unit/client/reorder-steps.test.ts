import assert from 'node:assert/strict';
import { type Entry, type Reason, ReorderBuffer } from '../../../client/reorder-buffer.ts';
import { aDelivery } from './fake-world.ts';

/** A buffer that has seen all up to `start`, its hold as the test sets it. */
function aBuffer(windowMs = 0, gapMs = windowMs, { start }: { start?: number } = { start: 1 }) {
  const hold = {
    windowMs,
    gapMs,
    maxMs: 1_000,
    waitingMost: 5,
    sample: (ms?: number) => void samples.push(ms),
  };
  const samples: (number | undefined)[] = [];
  const notes: Reason[] = [];
  const buffer = new ReorderBuffer({
    limits: { heldPerConversation: 10, asidePerConversation: 10 },
    hold,
    raw: false,
    start,
    note: (reason) => void notes.push(reason),
  });
  const arrive = (position: number, nowMs: number, more: Parameters<typeof aDelivery>[1] = {}) =>
    buffer.arrive(aDelivery(position, { acceptedAt: 0, ...more }), nowMs);
  const show = (entry: Entry | undefined): string => {
    if (entry === undefined) return 'nothing';
    const late = buffer.show(entry);
    const upTo = buffer.handled(entry);
    return `${entry.delivery.position}${late ? ' late' : ''}, up to ${upTo}`;
  };
  const next = (nowMs: number): string => show(buffer.due(nowMs));
  return { buffer, hold, samples, notes, arrive, next, show };
}

describe('the reorder buffer, step by step', () => {
  it('sorts by order within the window, and acknowledges by position', () => {
    const { buffer, notes, arrive, next } = aBuffer(100);
    arrive(2, 0, { order: 90 });
    arrive(3, 10, { order: 70 });
    arrive(4, 20, { order: 80 });
    assert.equal(next(99), 'nothing');
    assert.equal(buffer.wakeAtMs(99), 100);
    assert.equal(next(100), '3, up to undefined');
    assert.equal(next(100), '4, up to undefined');
    assert.equal(next(100), '2, up to 4');
    arrive(5, 150, { order: 85 });
    assert.equal(next(150), '5 late, up to 5');
    assert.deepEqual(notes, [...Array(3).fill('held'), ...Array(3).fill('released'), 'late']);
  });

  it('waits no longer when the log itself has gone on by the window', () => {
    const { arrive, next } = aBuffer(100);
    arrive(2, 0, { order: 90, acceptedAt: 1_000 });
    arrive(3, 1, { order: 80, acceptedAt: 1_099 });
    assert.equal(next(1), 'nothing');
    arrive(4, 2, { order: 95, acceptedAt: 1_100 });
    assert.equal(next(2), '3, up to undefined');
    assert.equal(next(2), '2, up to 3');
    assert.equal(next(2), 'nothing');
  });

  it('waits no longer when so many wait that the server sends no more', () => {
    const { arrive, next } = aBuffer(100);
    for (const position of [2, 3, 4, 5]) arrive(position, 0, { order: 90 - position });
    assert.equal(next(0), 'nothing');
    arrive(6, 0, { order: 80 });
    assert.deepEqual(
      [5, 4, 6, 3].map(() => next(0).split(',')[0]),
      ['6', '5', '4', '3'],
    );
    assert.deepEqual([next(0), next(0)], ['2, up to 6', 'nothing']);
  });

  it('applies a new rule to what it holds', () => {
    const { buffer, hold, arrive, next } = aBuffer(100);
    arrive(2, 0);
    hold.windowMs = 300;
    assert.equal(next(100), 'nothing');
    assert.equal(buffer.wakeAtMs(100), 300);
    hold.windowMs = 0;
    assert.equal(next(101), '2, up to 2');
  });

  it('holds what is behind a gap, and then asks for what is missing', () => {
    const { buffer, notes, arrive, next } = aBuffer(0, 50);
    arrive(4, 10);
    arrive(3, 20, { previous: 2 });
    assert.equal(buffer.gap(59), undefined);
    assert.equal(buffer.wakeAtMs(59), 60, 'since the first one behind it came');
    assert.deepEqual(buffer.gap(60), { after: 1, before: 3 });
    assert.equal(next(60), 'nothing');
    buffer.pull(aDelivery(2), false, 70);
    buffer.pass({ after: 1, before: 3 });
    assert.deepEqual([next(70), next(70), next(70)], ['2, up to 2', '3, up to 3', '4, up to 4']);
    assert.deepEqual(notes, ['held', 'held', 'pulled', 'released', 'released']);
  });

  it('asks for nothing where the missing one comes by itself', () => {
    const { buffer, arrive, next } = aBuffer(0, 50);
    arrive(3, 0);
    arrive(2, 49);
    assert.equal(buffer.gap(100), undefined);
    assert.deepEqual([next(49), next(49)], ['2, up to 2', '3, up to 3']);
  });

  it('loses nothing that came by itself while the history had nothing', () => {
    const { buffer, notes, arrive, next } = aBuffer();
    arrive(6, 0);
    const gap = buffer.gap(0)!;
    arrive(4, 10);
    buffer.pass(gap);
    assert.deepEqual([next(20), next(20)], ['4, up to 4', '6, up to 6']);
    assert.deepEqual(notes, ['held', 'held', 'passed', 'released', 'released']);
  });

  it('never steps over what was put aside, whatever previous says', () => {
    const { buffer, arrive, next } = aBuffer();
    arrive(4, 0);
    arrive(5, 0, { previous: 1 });
    assert.equal(next(0), 'nothing');
    buffer.pass(buffer.gap(0)!);
    assert.deepEqual([next(0), next(0)], ['4, up to 4', '5, up to 5']);
  });

  it('counts the wait of what is pulled from the gap on', () => {
    const { buffer, arrive, next } = aBuffer(100);
    arrive(3, 0);
    buffer.pull(aDelivery(2, { acceptedAt: 0 }), false, 100);
    buffer.pass({ after: 1, before: 3 });
    assert.deepEqual([next(100), next(100)], ['2, up to 2', '3, up to 3']);
  });

  it('takes an absent previous for the position before', () => {
    const { buffer, arrive, next } = aBuffer();
    arrive(2, 0);
    arrive(4, 0);
    assert.deepEqual([next(0), next(0)], ['2, up to 2', 'nothing']);
    assert.deepEqual(buffer.gap(0), { after: 2, before: 4 });
  });

  it('begins where nothing is said to be before, if nobody remembers', () => {
    const { buffer, arrive, next } = aBuffer(0, 0, {});
    arrive(7, 0, { previous: 0 });
    assert.equal(buffer.gap(0), undefined);
    assert.equal(next(0), '7, up to 7');
  });

  it('asks where to begin, if nobody remembers and something was before', () => {
    const { buffer, arrive, next } = aBuffer(0, 50, {});
    arrive(7, 0, { previous: 5 });
    assert.equal(next(0), 'nothing');
    assert.deepEqual(buffer.gap(0), { after: undefined, before: 7 }, 'at once');
    buffer.begin(6);
    assert.equal(next(0), '7, up to 7', 'an earlier process had the one before');
  });

  it('pulls what the server knows not to be received, if nobody remembers', () => {
    const { buffer, arrive, next } = aBuffer(0, 50, {});
    arrive(7, 0, { previous: 5 });
    buffer.begin(3);
    assert.equal(next(0), 'nothing');
    assert.deepEqual(buffer.gap(50), { after: 3, before: 7 });
    buffer.pull(aDelivery(5, { acceptedAt: 0, previous: 3 }), false, 60);
    buffer.pass({ after: 3, before: 7 });
    assert.deepEqual([next(60), next(60)], ['5, up to 5', '7, up to 7']);
  });

  it('needs no answer any more when the beginning comes by itself', () => {
    const { buffer, arrive, next } = aBuffer(0, 0, {});
    arrive(7, 0, { previous: 5 });
    arrive(5, 0, { previous: 0 });
    buffer.begin(6);
    assert.deepEqual([next(0), next(0)], ['5, up to 5', '7, up to 7']);
  });

  it('shows what is left of another log first, and acknowledges nothing of it', () => {
    const { buffer, arrive, next } = aBuffer(100);
    arrive(2, 0, { order: 900 });
    buffer.newLog();
    arrive(1, 10, { order: 5 });
    assert.equal(buffer.unhandled, 1);
    assert.deepEqual([next(10), next(10)], ['2, up to undefined', 'nothing']);
    assert.equal(next(110), '1, up to 1');
  });

  it('measures what comes out of place, but no repeats and not across connections', () => {
    const { buffer, samples, arrive } = aBuffer();
    arrive(2, 0);
    arrive(4, 20);
    buffer.gap(20);
    buffer.pull(aDelivery(3), false, 25);
    arrive(3, 30, { again: 1 });
    arrive(3, 40);
    arrive(2, 45);
    assert.deepEqual(samples, [undefined, undefined, 20]);
    arrive(6, 60);
    buffer.reconnected();
    arrive(5, 90);
    assert.deepEqual(samples.slice(3), [undefined, undefined]);
  });
});
