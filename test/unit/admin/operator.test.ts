import assert from 'node:assert/strict';
import { ImError, reasonOf, type Registry } from 'im-kernel/contract';
import { fakeClock, never, quietHost, until } from 'im-kernel/kit';
import memory from '../../../plugins/persistence/memory/index.ts';
import { readSwitchover, type Switchover } from '../../../core/cluster/switchover.ts';
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

/** What becomes of a change when somebody has moved it on as `next` says. */
async function outcome(next: Partial<Switchover>): Promise<string> {
  const clock = fakeClock();
  const persistence = memory.create({ shards: 2 }, { ...quietHost(), clock });
  await persistence.start(never());
  const { register } = persistence;
  const operator = new Operator({ persistence, register, registry: away, clock, beatMs: 1_000 });
  let told = '';
  const change = operator.switchover({ to: 'im-b', expectEpoch: 0 }, 30_000).then(
    () => (told = 'done'),
    (error: unknown) => (told = reasonOf(error)),
  );
  let asked = await readSwitchover(register);
  await until(async () => (asked = await readSwitchover(register)).now !== undefined, 'it');
  await asked.move({ ...(asked.now as Switchover), ...next });
  await until(() => {
    clock.advance(50);
    return told !== '';
  }, 'it ends');
  await change;
  await persistence.stop(never());
  return told;
}

describe('an operator who asks for a planned change', () => {
  it('hears that it is done, or why it is refused', async () => {
    assert.equal(await outcome({ phase: 'done', life: 'two' }), 'done');
    const why = 'im-b is not ready';
    assert.equal(await outcome({ phase: 'refused', why }), `nothing was moved to im-b: ${why}`);
  });

  it('never takes the end of another change for the end of its own', async () => {
    const others: readonly Partial<Switchover>[] = [
      { to: 'im-c', phase: 'done' },
      { to: 'im-c', phase: 'asked', epoch: 1 },
      { phase: 'done', at: 7 },
      { phase: 'done', epoch: 1 },
      { phase: 'refused', why: 'of its own', by: 'im-a stops' },
    ];
    for (const other of others) {
      const { to = 'im-b', by = 'an operator' } = other;
      const why = `another change took its place: to ${to}, asked by ${by}`;
      assert.equal(await outcome(other), `nothing was moved to im-b: ${why}`);
    }
  });
});

describe('what is recorded when a node serves', () => {
  it('is a switchover only for the epoch that follows the planned change', async () => {
    const clock = fakeClock();
    const persistence = memory.create({ shards: 2 }, { ...quietHost(), clock });
    await persistence.start(never());
    const { register } = persistence;
    const operator = new Operator({ persistence, register, registry: away, clock, beatMs: 1_000 });
    const planned = { to: 'im-b', epoch: 1, phase: 'done', by: 'ann', at: 0 } as const;
    await (await readSwitchover(register)).move(planned);
    const from = { node: 'im-a', life: 'one' };
    for (const epoch of [2, 4]) {
      await operator.served('im-b', { from, epoch, at: clock.now(), openMs: 1 });
      // It begins anew, and is missed only where it was to hand over.
      const returning = epoch === 2 ? { node: 'im-a', agoMs: 0 } : undefined;
      assert.deepEqual((await operator.status()).returning, returning);
    }
    await operator.served('im-b', { from: undefined, epoch: 5, at: 0, openMs: 1 });
    const { takeovers } = await operator.status();
    assert.deepEqual(
      takeovers.map(({ epoch, kind }) => [epoch, kind]),
      [
        [5, 'start'],
        [4, 'failover'],
        [2, 'switchover'],
      ],
    );
    await persistence.stop(never());
  });
});
