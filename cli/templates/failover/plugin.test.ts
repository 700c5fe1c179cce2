import assert from 'node:assert/strict';
import { describe, it, judgeFailover, quietHost } from 'im-kernel/kit';
import plugin from './index.ts';

judgeFailover({
  name: 'my-plugin',
  make: (host) => plugin.create({ patience: 5_000 }, host),
});

describe('my-plugin', () => {
  const shards = [
    { shard: 0, owner: 'a', epoch: 1 },
    { shard: 1, owner: 'b', epoch: 1 },
    { shard: 2, owner: undefined, epoch: 0 },
  ];
  const planOf = (self: string, lastBeatAgoMs: number): readonly number[] => {
    const nodes = [{ name: self === 'a' ? 'b' : 'a', lastBeatAgoMs }];
    return plugin.create({ patience: 5_000 }, quietHost()).plan({ self, shards, nodes });
  };

  it('keeps to its own while the others live', () => {
    assert.deepEqual(planOf('a', 10), [0, 2]);
    assert.deepEqual(planOf('b', 10), [1]);
  });

  it('takes over from a node that is silent for too long', () => {
    assert.deepEqual(planOf('b', 5_001), [0, 1, 2]);
  });
});
