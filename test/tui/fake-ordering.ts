/** What a node would tell of an ordering for each kind of conversation. */
import type { MetricView, OrderingView } from '../../core/admin/protocol/index.ts';

const late = [3, 9, 31, 64, 52, 20, 8, 2];
const gauge = (name: string, value: number, help: string): MetricView => {
  return { name, kind: 'gauge', value, help };
};
const counter = (name: string, value: number, help: string): MetricView => {
  return { name, kind: 'counter', value, help };
};

export const orderingView: OrderingView = {
  kinds: [
    {
      kind: 'direct',
      name: 'ordering',
      type: 'central-sequencer',
      holdMs: 0,
      maxHoldMs: 300,
      metrics: [
        counter('sequencer_blocks_total', 88, 'Blocks of numbers that came.'),
        gauge('sequencer_left', 812, 'Numbers in hand.'),
      ],
    },
    {
      kind: 'group',
      name: 'ordering-group',
      type: 'timestamp-window',
      holdMs: 18,
      maxHoldMs: 200,
      metrics: [
        counter('window_late_total', 189, 'Entries placed before an earlier one.'),
        {
          name: 'window_lateness_ms',
          kind: 'histogram',
          value: 189,
          p50: 9.1,
          p90: 33,
          p99: 90,
          max: 101,
          help: 'How long ago they were overtaken.',
          steps: late.map((count, at) => ({ upTo: 2 ** at, count })),
        },
        gauge('window_ms', 18, 'What readers are told to hold.'),
      ],
    },
  ],
};
