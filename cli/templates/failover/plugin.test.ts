import assert from 'node:assert/strict';
import type { NodeView } from 'im-kernel/contract';
import { describe, it, judgeFailover, quietHost } from 'im-kernel/kit';
import plugin from './index.ts';

judgeFailover({
  name: 'my-plugin',
  make: (host) => plugin.create({ priority: 100 }, host),
  takes: 'automatic',
});

const aNode = (name: string, state: NodeView['state']): NodeView => {
  return { name, priority: 100, state, ready: true, suspect: false };
};

describe('my-plugin', () => {
  const shards = [
    { shard: 0, owner: 'a', epoch: 1 },
    { shard: 1, owner: 'b', epoch: 1 },
    { shard: 2, owner: undefined, epoch: 0 },
  ];
  const planOf = (self: string, stateOfA: NodeView['state']): readonly number[] => {
    const nodes = [aNode('a', stateOfA), aNode('b', 'live')];
    const view = { self, nodes, shards, tenureMs: Infinity };
    return plugin.create({ priority: 100 }, quietHost()).plan(view);
  };

  it('keeps to its own while the others live', () => {
    assert.deepEqual(planOf('a', 'live'), [0, 2]);
    assert.deepEqual(planOf('b', 'live'), [1]);
  });

  it('takes over from a node whose lease is over, and from one that is gone', () => {
    assert.deepEqual(planOf('b', 'over'), [0, 1, 2]);
    assert.deepEqual(planOf('b', 'gone'), [0, 1, 2]);
  });
});
