import assert from 'node:assert/strict';
import { judgeFailover, quietHost } from 'im-kernel/kit';
import plugin from '../../plugins/failover/manual/index.ts';

const settings = {
  priority: 1,
  suspectAfter: 3_000,
  replay: 'eager',
  replayWithin: 30_000,
} as const;

judgeFailover({
  name: 'manual',
  make: (host) => plugin.create(settings, host),
  takes: 'manual',
});

describe('manual', () => {
  it('begins a new store on the first node only, and keeps what it owned', () => {
    const shards = [
      { shard: 0, owner: undefined, epoch: 0 },
      { shard: 1, owner: 'b', epoch: 1 },
      { shard: 2, owner: 'gone', epoch: 1 },
    ];
    const about = { state: 'live', ready: true, suspect: false } as const;
    const nodes = [
      { name: 'a', priority: 1, ...about },
      { name: 'b', priority: 2, ...about },
    ];
    const policy = plugin.create(settings, quietHost());
    const planOf = (self: string): readonly number[] =>
      policy.plan({ self, nodes, shards, tenureMs: Infinity });
    assert.deepEqual([planOf('a'), planOf('b')], [[0], [1]]);
  });
});
