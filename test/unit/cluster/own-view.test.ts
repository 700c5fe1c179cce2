import assert from 'node:assert/strict';
import { memberView } from '../../../core/cluster/gateway/own-view.ts';

const times = { beatMs: 1_000, leaseMs: 5_000 };
const suspects = new Set(['im-a']);

function suspectsWith(leaseLeftMs: number, gone = false): readonly string[] {
  const record = { nodes: [{ node: 'im-a', life: '1', leaseLeftMs, gone }], shards: [], now: 0 };
  const member = { seen: { record, agoMs: 10 }, cards: new Map(), suspects };
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
});
