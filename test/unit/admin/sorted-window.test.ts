import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { sortedWindow } from '../../../core/admin/desk/sorted-window.ts';

const byNumber = (a: number, b: number): number => a - b;

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

  it('takes few comparisons near an end, and no more than sorting does anywhere', () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => (at * 7919) % 10_000);
    const comparisonsFor = (from: number): number => {
      let count = 0;
      const counting = (a: number, b: number): number => {
        count += 1;
        return a - b;
      };
      const shown = sortedWindow(rows, (row) => row, counting, { from, to: from + 200 });
      assert.equal(shown[0], from);
      return count;
    };
    for (const from of [0, 9_800]) assert.ok(comparisonsFor(from) < 30_000);
    const bound = 2 * rows.length * Math.log2(rows.length);
    for (const from of [2_500, 5_000, 7_500]) assert.ok(comparisonsFor(from) < bound);
  });
});
