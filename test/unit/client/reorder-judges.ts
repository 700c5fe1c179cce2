/** What a reader must have been shown, in the world of the reorder rig. */
import assert from 'node:assert/strict';
import type { ReorderRig, Shown } from './reorder-rig.ts';

export function positionsOf(list: readonly { readonly position: number }[]): number[] {
  return list.map(({ position }) => position);
}

/** All of the log, each once; and each that is out of place says so, no other. */
export function judgeAllOnce({ shown, expected, mark }: ReorderRig): void {
  const positions = positionsOf(shown).sort((a, b) => a - b);
  assert.deepEqual(positions, positionsOf(expected));
  assert.equal(mark, expected.at(-1)?.position ?? 0);
  judgeLate(shown);
}

/** Each that is out of place says so, no other. */
export function judgeLate(shown: readonly Shown[]): void {
  let highest = -1;
  for (const { order, late, position } of shown) {
    assert.equal(late, order < highest, `position ${position}`);
    highest = Math.max(highest, order);
  }
}

/** When nothing was missing any more before each position, itself included. */
export function readyMs({ expected, hereMs }: ReorderRig): Map<number, number> {
  let latestMs = 0;
  return new Map(
    expected.map(({ position }) => {
      latestMs = Math.max(latestMs, hereMs.get(position)!);
      return [position, latestMs];
    }),
  );
}

/** Nothing that belongs behind it has waited out its window before it was there. */
export function isInTime({ position, order }: Shown, rig: ReorderRig, windowMs: number): boolean {
  const { expected, hereMs, pulled, log } = rig;
  const ready = readyMs(rig).get(position)!;
  const { acceptedAt } = log[position - 1]!;
  return expected.every((other) => {
    if (other.order <= order) return true;
    // What is read from the history has waited since something behind it came.
    const since = pulled.has(other.position)
      ? expected.filter((each) => each.position >= other.position)
      : [other];
    const sinceMs = Math.min(...since.map((each) => hereMs.get(each.position)!));
    return ready < sinceMs + windowMs && acceptedAt < other.acceptedAt + windowMs;
  });
}

/** All that was not acknowledged is shown again by the next process, and nothing below. */
export function judgeProcesses(rig: ReorderRig): void {
  const all = new Set(positionsOf(rig.shown));
  assert.deepEqual(
    [...all].sort((a, b) => a - b),
    positionsOf(rig.expected),
  );
  for (const process of new Set(rig.shown.map((one) => one.process))) {
    const shown = rig.shown.filter((one) => one.process === process);
    assert.equal(new Set(positionsOf(shown)).size, shown.length, 'once in each process');
    judgeLate(shown);
    const mark = rig.marks[process]!;
    assert.ok(
      shown.every(({ position }) => position > mark),
      'above the mark it began with',
    );
  }
}
