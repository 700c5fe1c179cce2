/** The bench of orderings: it repeats itself, and what it says of the parts that it plays holds. */
import assert from 'node:assert/strict';
import { judge, judgeSpeeds, type Row } from '../../../bench/order/aims.ts';
import { curve } from '../../../bench/order/curve.ts';
import { figuresOf, type Leg } from '../../../bench/order/figures.ts';
import { links, type Link } from '../../../bench/order/links.ts';
import { modes, window } from '../../../bench/order/modes.ts';
import { costs, type Speeds } from '../../../bench/order/throughput.ts';

const heavy = links['heavy jitter'] as Link;
const fifo = links['FIFO'] as Link;

describe('the bench of orderings', () => {
  it('has the same figures for the same seed, and others for another', async () => {
    const once = await figuresOf(modes.lateness, heavy, 'before', 7);
    assert.deepEqual(await figuresOf(modes.lateness, heavy, 'before', 7), once);
    assert.notDeepEqual(await figuresOf(modes.lateness, heavy, 'before', 8), once);
  });

  it('finds that a longer hold leaves less disorder, and none where nothing overtakes', async () => {
    const short = await figuresOf(window({ mode: 'fixed', hold: 100 }), heavy, 'before', 7);
    const long = await figuresOf(window({ mode: 'fixed', hold: 500 }), heavy, 'before', 7);
    assert.ok(long['out of sending %'] < short['out of sending %'] / 2);
    assert.ok(long['added mean ms'] > short['added mean ms'] + 300);
    const even = await figuresOf(window({ mode: 'fixed', hold: 100 }), fifo, 'before', 7);
    assert.equal(even['out of sending %'], 0);
    assert.equal(even['added p99 ms'], 100);
  });

  it('finds every aim met behind the server', async () => {
    const rows: Row[] = [];
    const leg: Leg = 'behind';
    for (const [link, way] of [
      ['FIFO', fifo],
      ['heavy jitter', heavy],
    ] as const)
      for (const mode of ['conversation-owner', 'central-sequencer', 'lateness'] as const)
        rows.push({ leg, link, mode, figures: await figuresOf(modes[mode], way, leg, 7) });
    const judged = judge(rows);
    assert.deepEqual(
      judged.filter(({ met }) => !met),
      [],
    );
    const [row] = rows as [Row];
    const slow = { ...row, figures: { ...row.figures, 'held, no gap %': 0.005 } };
    const missed = judge([...rows, slow]).filter(({ met }) => !met);
    assert.deepEqual(
      missed.map(({ aim }) => aim),
      ['conversation-owner holds only at a gap'],
    );
  });

  it('takes the cost in throughput from what conversation-owner does', () => {
    const rates = new Map([
      ['lateness', [55, 110]],
      ['conversation-owner', [100, 50, 90]],
      ['central-sequencer', [84, 84]],
    ]);
    const rows = Object.entries(costs(rates));
    assert.deepEqual(
      rows.map(([mode, row]) => [mode, row['cost %'], row['spread %']]),
      [
        ['lateness', -10, 50],
        ['conversation-owner', 0, 10],
        ['central-sequencer', 16, 0],
      ],
    );
  });

  it('misses an aim of speed from its bound on, and at a single wrong message', () => {
    const good = { modes: {}, besideCostPercent: 15, spreadPercent: 15, wrong: 0 };
    const missed = (speeds: Partial<Speeds>): number[] =>
      judgeSpeeds({ ...good, numbersPerSecond: 200_000, ...speeds }).flatMap(({ met }, index) =>
        met ? [] : [index],
      );
    assert.deepEqual(missed({}), []);
    assert.deepEqual(missed({ spreadPercent: 15.1 }), [0]);
    assert.deepEqual(missed({ besideCostPercent: 15.1 }), [1]);
    assert.deepEqual(missed({ numbersPerSecond: 199_999 }), [2]);
    assert.deepEqual(missed({ wrong: 1 }), [3]);
  });

  it('draws a point where its figures put it', () => {
    const lines = curve([
      { mark: 'a', label: 'none', addedMs: 0, disorderPercent: 10 },
      { mark: 'b', label: 'all', addedMs: 1_000, disorderPercent: 0 },
    ]);
    assert.equal(lines[0], ' 10.00 % |a');
    assert.equal(lines[16], `  0.00 % |${' '.repeat(72)}b`);
  });
});
