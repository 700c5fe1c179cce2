import assert from 'node:assert/strict';
import { memberView } from '../../../core/cluster/gateway/own-view.ts';

const times = { beatMs: 1_000, leaseMs: 5_000 };
const suspects = new Set(['im-a']);

function suspectsWith(leaseLeftMs: number, gone = false): readonly string[] {
  const record = { nodes: [{ node: 'im-a', life: '1', leaseLeftMs, gone }], shards: [], now: 0 };
  const member = { seen: { record, agoMs: 10 }, cards: new Map(), suspects, silent: undefined };
  return [...memberView(member, times).suspects];
}

describe('what the gateway of a node sees', () => {
  it('is no suspect while it beats in the store, whatever its link says', () => {
    assert.deepEqual(suspectsWith(4_000), []);
    assert.deepEqual(suspectsWith(3_001), []);
  });

  it('is suspect when it misses beats, or is gone', () => {
    assert.deepEqual(suspectsWith(3_000), ['im-a']);
    assert.deepEqual(suspectsWith(4_000, true), ['im-a']);
  });

  it('answers nobody at the end of its lease, as far as that was seen lately', () => {
    const left = { node: 'im-b', life: '1', leaseLeftMs: 1_500, gone: false };
    const record = { nodes: [left], shards: [], now: 0 };
    const at = (agoMs: number, silent?: string): readonly string[] => {
      const member = { seen: { record, agoMs }, cards: new Map(), suspects: new Set(''), silent };
      return [...memberView(member, times).suspects];
    };
    assert.deepEqual([at(499), at(500), at(2_001)], [[], ['im-b'], []]);
    assert.deepEqual(at(10, 'im-a'), ['im-a'], 'nor does this node, which knows better');
  });
});
