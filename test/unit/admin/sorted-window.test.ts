import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { sortedWindow } from '../../../core/admin/desk/sorted-window.ts';

const byNumber = (a: number, b: number): number => a - b;

function comparisonsFor(rows: readonly number[], from: number): number {
  let count = 0;
  const counting = (a: number, b: number): number => {
    count += 1;
    return a - b;
  };
  const shown = sortedWindow(rows, (row) => row, counting, { from, to: from + 200 });
  assert.equal(shown[0], rows.toSorted(byNumber)[from]);
  return count;
}

describe('a window of sorted rows', () => {
  it('is what a stable sort has there, wherever it lies', () => {
    const rows = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 });
    const place = fc.nat({ max: 70 });
    fc.assert(
      fc.property(rows, place, place, (keys, from, more) => {
        // Equals are told apart by where they stood.
        const all = keys.map((key, at) => ({ key, at }));
        const window = { from, to: from + more };
        const expected = all.toSorted((a, b) => a.key - b.key).slice(window.from, window.to);
        assert.deepEqual(
          sortedWindow(all, ({ key }) => key, byNumber, window),
          expected,
        );
      }),
    );
  });

  it('compares less than sorting does, and not much more where rows are made to be slow', () => {
    const mixed = Array.from({ length: 10_000 }, (_, at) => (at * 7919) % 10_000);
    const places = [0, 2_500, 5_000, 7_500, 9_800];
    const all = places.map((from) => comparisonsFor(mixed, from));
    const mean = all.reduce((sum, count) => sum + count, 0) / all.length;
    assert.ok(mean < 7 * mixed.length, String(all));
    const killer = killerOf(2_000);
    const most = comparisonsFor(killer, 1_000);
    assert.ok(most < 4 * killer.length * Math.log2(killer.length), String(most));
  });
});

/** Rows of which the middle one of three is always among the lowest (D. R. Musser, 1997). */
function killerOf(count: number): readonly number[] {
  const half = count / 2;
  return Array.from({ length: count }, (_, at) => {
    if (at >= half) return 2 * (at - half + 1);
    return at % 2 === 0 ? at + 1 : half + at + (half % 2);
  });
}
