/** Nodes that tell odd things of themselves, beside a pair that is as it should be. */
import assert from 'node:assert/strict';
import type { ImError } from 'im-kernel/contract';
import { fakeClock, never, quietHost } from 'im-kernel/kit';
import storeRegistry from '../../plugins/registries/store/index.ts';
import { parseCard, printCard, type NodeCard } from '../../core/cluster/node-card.ts';
import { readSwitchover } from '../../core/cluster/switchover.ts';
import { Access, BEAT_MS, LEASE_MS, Pair, type Member } from './pair-stage.ts';
import { closeStages, openStage, Stage } from './stage.ts';

const GHOST = { node: 'im-0', life: 'ghost' };
const HOURS_MS = 7_200_000;

function problemOf({ stage }: Member): string | undefined {
  const health = stage.node.states().find(({ name }) => name === 'cluster');
  return health?.state === 'degraded' ? health.code : undefined;
}

describe('a pair beside a node that tells odd things', () => {
  let pair: Pair;
  beforeEach(async () => {
    pair = new Pair();
    await pair.start();
    await pair.pass(2 * BEAT_MS);
  });
  afterEach(() => pair.stop());

  /** A node that beats and is said to be so, and first of all in line. */
  async function appear(differences: Partial<NodeCard>): Promise<void> {
    const { register } = pair.shared;
    const host = { ...quietHost(), clock: pair.clock, register };
    const registry = storeRegistry.create({}, host);
    await registry.start(never());
    const listed = (await registry.list()).find(({ node }) => node === 'im-a');
    const like = parseCard(listed?.card ?? '');
    assert.ok(like);
    const odd = { priority: 0, addresses: ['tcp://im-0:7400'], clock: pair.clock.now() };
    const card = { ...like, ...GHOST, ...odd, state: 'standby' as const, ...differences };
    await registry.announce(GHOST.node, printCard(card), 10 * LEASE_MS);
    assert.notEqual(await pair.shared.ownership.beat(GHOST, 10 * LEASE_MS), 'taken');
    await pair.pass(2 * BEAT_MS);
  }

  const misfits: readonly [what: string, code: string, Partial<NodeCard>][] = [
    ['of another version of the protocol', 'IM_CLUSTER_VERSION', { protocol: 2 }],
    ['of another version of the contract', 'IM_CLUSTER_VERSION', { contract: 2 }],
    ['of another count of shards', 'IM_CLUSTER_VERSION', { shards: 9 }],
    ['of another cluster', 'IM_CLUSTER_OTHER', { cluster: 'other' }],
  ];
  for (const [what, code, differences] of misfits) {
    it(`tells of one ${what}, and passes it over`, async () => {
      await appear(differences);
      assert.deepEqual([problemOf(pair.a), problemOf(pair.b)], [code, code]);
      await pair.a.stop();
      await pair.pass(BEAT_MS);
      const { now } = await readSwitchover(pair.shared.register);
      assert.deepEqual([now?.to, now?.phase], ['im-b', 'done']);
      assert.equal(pair.b.serves, true);
    });
  }

  it('would ask one that fits, which is how the others are known to be passed over', async () => {
    await appear({});
    assert.deepEqual([problemOf(pair.a), problemOf(pair.b)], [undefined, undefined]);
    await pair.a.stop();
    const { now } = await readSwitchover(pair.shared.register);
    assert.equal(now?.to, GHOST.node);
  });

  it('tells of a clock that is hours away', async () => {
    await appear({ clock: pair.clock.now() + HOURS_MS });
    assert.deepEqual([problemOf(pair.a), problemOf(pair.b)], Array(2).fill('IM_CLUSTER_CLOCK'));
  });

  it('takes nothing over from a card that is none, or for another node than it names', async () => {
    const { register } = pair.shared;
    const clock = fakeClock();
    const registry = storeRegistry.create({}, { ...quietHost(), clock, register });
    await registry.start(never());
    const [own] = await registry.list();
    await registry.announce('im-0', own?.card ?? '', LEASE_MS);
    await registry.announce('im-1', '{"node":"im-1"}', LEASE_MS);
    await pair.pass(3 * BEAT_MS);
    assert.deepEqual([problemOf(pair.a), problemOf(pair.b)], [undefined, undefined]);
    assert.deepEqual([pair.a.serves, pair.b.serves], [true, false]);
  });
});

describe('a node that knows of no other', () => {
  it('does not start on the store of a pair, but when both have left', async () => {
    const pair = new Pair();
    await pair.start();
    const between = (): Access['store'] => new Access(pair.shared).store;
    await assert.rejects(new Stage({ between }).node.start(), (error: Error) => {
      assert.equal((error.cause as ImError).code, 'IM_CLUSTER_LIVES');
      return true;
    });
    assert.equal(pair.a.serves, true);
    await pair.b.stop();
    await pair.a.stop();
    await openStage({ between });
    await closeStages();
    await pair.shared.stop(never());
  });
});

describe('a pair whose clocks are hours apart', () => {
  it('leaves everything where it is, and follows its owner as ever', async () => {
    const pair = new Pair({ aheadMsOf: (name) => (name === 'im-b' ? HOURS_MS : 0) });
    await pair.start();
    await pair.pass(4 * LEASE_MS);
    const { shards } = await pair.shared.ownership.look();
    assert.deepEqual(
      new Set(shards.map(({ epoch, owner }) => `${epoch} ${owner?.node}`)),
      new Set(['1 im-a']),
    );
    for (const { stage } of [pair.a, pair.b]) {
      const health = stage.node.states().find(({ name }) => name === 'cluster');
      assert.match(
        (health?.state === 'degraded' ? health.why : undefined) ?? '',
        /differs from this one by 7\d{3} s/,
      );
    }
    pair.a.access.cut = true;
    await pair.pass(LEASE_MS + 4 * BEAT_MS);
    assert.equal(pair.b.serves, true);
    await pair.stop();
  });
});

describe('a pair whose store was away for longer than a lease', () => {
  it('goes on under its owner, whoever finds the store first', async () => {
    const pair = new Pair();
    await pair.start();
    await pair.pass(2 * BEAT_MS);
    for (const { access } of [pair.a, pair.b]) access.cut = true;
    await pair.pass(2 * LEASE_MS);
    pair.b.access.heal();
    await pair.pass(BEAT_MS);
    pair.a.access.heal();
    await pair.pass(4 * BEAT_MS);
    assert.deepEqual([pair.a.serves, pair.b.serves, pair.a.lives], [true, false, 1]);
    await pair.stop();
  });
});
