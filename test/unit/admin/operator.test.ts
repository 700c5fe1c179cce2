import assert from 'node:assert/strict';
import { ImError, type Registry } from 'im-kernel/contract';
import { fakeClock, never, quietHost } from 'im-kernel/kit';
import memory from '../../../plugins/persistence/memory/index.ts';
import { Operator } from '../../../core/admin/operator.ts';

const still = Promise.resolve();
const away: Registry = {
  start: () => still,
  stop: () => still,
  announce: () => still,
  withdraw: () => still,
  list: () => Promise.reject(new ImError('IM_REGISTRY_AWAY', { place: 'redis', why: 'gone' })),
};

describe('an operator whose registry is away', () => {
  it('sees what the store knows, and why there is no more, and can act all the same', async () => {
    const clock = fakeClock();
    const persistence = memory.create({ shards: 2 }, { ...quietHost(), clock });
    await persistence.start(never());
    const { ownership, register } = persistence;
    const [a, b] = [
      { node: 'im-a', life: 'one' },
      { node: 'im-b', life: 'two' },
    ];
    for (const life of [a, b]) await ownership.beat(life, 5_000);
    const takes = [0, 1].map((shard) => ({ shard, epoch: 0 }));
    await ownership.take(a, takes, false);
    const operator = new Operator({ persistence, register, registry: away, clock, beatMs: 1_000 });
    const { active, nodes, problems } = await operator.status();
    assert.equal(active, 'im-a');
    assert.deepEqual(
      nodes.map(({ node, state, ready, card }) => [node, state, ready, card]),
      [
        ['im-a', 'active', false, undefined],
        ['im-b', 'standby', false, undefined],
      ],
    );
    assert.deepEqual(
      problems.map(({ by, code }) => [by, code]),
      [[undefined, 'IM_REGISTRY_AWAY']],
    );
    await operator.takeover({ to: 'im-b', expectEpoch: 1 }, true);
    assert.equal((await operator.status()).active, 'im-b');
    await persistence.stop(never());
  });
});
