import assert from 'node:assert/strict';
import { judgeFailover, quietHost } from 'im-kernel/kit';
import plugin from '../../plugins/failover/none/index.ts';

judgeFailover({ name: 'none', make: (host) => plugin.create({}, host), takes: 'alone' });

describe('none', () => {
  it('owns every shard, whoever owned it before', () => {
    const shards = [
      { shard: 0, owner: 'other', epoch: 3 },
      { shard: 1, owner: undefined, epoch: 0 },
      { shard: 2, owner: 'self', epoch: 9 },
    ];
    const policy = plugin.create({}, quietHost());
    const view = { self: 'self', shards, nodes: [], tenureMs: Infinity };
    assert.deepEqual(policy.plan(view), [0, 1, 2]);
  });
});
