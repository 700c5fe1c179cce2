import assert from 'node:assert/strict';
import { columnChart } from '../../../tui/draw/columns.ts';
import { textOf } from '../../../tui/draw/line.ts';
import { held, orderingRing } from '../../../tui/model/measures.ts';
import { orderingView } from '../../tui/fake-ordering.ts';

const unit = 'ms';

function drawn(...chart: Parameters<typeof columnChart>): readonly string[] {
  return columnChart(...chart).map((row) => textOf(row).trimEnd());
}

describe('a histogram on the screen', () => {
  const steps = [
    { upTo: 1, count: 1 },
    { upTo: 2, count: 0 },
    { upTo: 4, count: 100 },
    { upTo: 8, count: 50 },
  ];

  it('has a column as high as its count, one for the fewest, none for none', () => {
    assert.deepEqual(drawn(steps, { columns: 21, rows: 2, unit }), [
      '            ████',
      '  ▁▁▁▁      ████ ████',
      '     1    2    4    8  ms',
    ]);
  });

  it('marks a value below the column that it falls into, or beyond them all', () => {
    const places = [0, 3, 4, 9].map((value) => {
      const mark = { value, text: 'now' };
      return drawn(steps, { columns: 21, rows: 1, unit, mark }).at(-1)?.indexOf('▲ now');
    });
    assert.deepEqual(places, [5, 15, 15, 20]);
  });

  it('leaves out the lowest where there is no room', () => {
    assert.deepEqual(drawn(steps, { columns: 11, rows: 1, unit }), [
      '  ████ ▄▄▄▄',
      '     4    8  ms',
    ]);
  });
});

describe('what is measured of an ordering', () => {
  it('is its hold and its gauges, and is forgotten with them', () => {
    const rings = held(new Map(), orderingView, 1_000);
    assert.deepEqual(rings.get(orderingRing('group'))?.values, [18]);
    assert.deepEqual(rings.get(orderingRing('direct', 'sequencer_left'))?.values, [812]);
    const [direct] = orderingView.kinds;
    assert.ok(direct);
    const next = held(rings, { kinds: [{ ...direct, metrics: [] }] }, 2_000);
    assert.deepEqual([...next.keys()], [orderingRing('direct')]);
  });
});
