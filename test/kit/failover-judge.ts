/** What a failover policy must do; see `Failover` in the contract. */
import assert from 'node:assert/strict';
import type { ClusterView, Failover, Host, NodeView } from 'im-kernel/contract';
import { judgeComponent } from './component-judge.ts';
import { never, quietHost, seededRandom } from './quiet-host.ts';
import { describe, it } from './runner.ts';

export interface FailoverCase {
  readonly name: string;
  /** Makes a policy that was never started: `plugin.create(config, host)`. */
  make(host: Host): Failover;
  /**
   * automatic: an heir takes what a node that is gone has left. manual: whatever had another owner
   * is left to an operator. alone: for a node without others; absent others, it takes everything.
   */
  readonly takes: 'automatic' | 'manual' | 'alone';
}

/** The longest that a lease that has run out may be left alone after a change of owner, ms. */
const LONGEST_TENURE_MS = 15_000;
const NAMES = ['a', 'b', 'c', 'd'];

type Below = (bound: number) => number;
type Shards = ClusterView['shards'];

function seeded(seed: number): Below {
  const random = seededRandom(seed);
  return (bound) => Math.floor(random.next() * bound);
}

function aNode(name: string, about: Partial<NodeView> = {}): NodeView {
  return { name, priority: 100, state: 'live', ready: true, suspect: false, ...about };
}

function shardsOf(count: number, owner: (shard: number) => string | undefined): Shards {
  return Array.from({ length: count }, (_, shard) => {
    const last = owner(shard);
    return { shard, owner: last, epoch: last === undefined ? 0 : shard + 1 };
  });
}

/** All the nodes and shards of one moment, as every node there sees them. */
function aMoment(below: Below): Omit<ClusterView, 'self'> {
  const nodes = NAMES.slice(0, below(NAMES.length + 1)).map((name) =>
    aNode(name, {
      priority: below(3),
      state: (['live', 'live', 'over', 'gone'] as const)[below(4)] as NodeView['state'],
      ready: below(4) > 0,
      suspect: below(4) === 0,
    }),
  );
  const owners = [...nodes.map(({ name }) => name), 'has left', undefined];
  const shards = shardsOf(below(65), () => owners[below(owners.length)]);
  return { nodes, shards, tenureMs: [0, 1, 9_999, 60_000, Infinity][below(5)] as number };
}

/** Moments of all kinds, the same at each call: no nodes, dead ones, strangers as owners. */
function moments(): readonly Omit<ClusterView, 'self'>[] {
  const below = seeded(2);
  return Array.from({ length: 300 }, () => frozen(aMoment(below)));
}

/** Every moment, seen by each of its nodes, and by one that is not listed. */
function views(): readonly ClusterView[] {
  return moments().flatMap((moment) =>
    [...moment.nodes.map(({ name }) => name), 'not listed'].map((self) => ({ self, ...moment })),
  );
}

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object') frozen(inner as object);
  return Object.freeze(value);
}

const isHeir = (node: NodeView): boolean => node.state === 'live' && node.ready && !node.suspect;

function isLive({ nodes }: Omit<ClusterView, 'self'>, name: string | undefined): boolean {
  return nodes.some((node) => node.name === name && node.state === 'live');
}

const planOf = (policy: Failover, view: ClusterView): ReadonlySet<number> =>
  new Set(policy.plan(frozen(view)));

/** Judges a failover policy: a pure and safe answer to every view, and its life as a component. */
export function judgeFailover(judged: FailoverCase): void {
  const withPolicy = (run: (policy: Failover) => void) => async (): Promise<void> => {
    const policy = judged.make(quietHost());
    await policy.start(never());
    run(policy);
    await policy.stop(never());
  };

  describe(`${judged.name} as a failover policy`, () => {
    it('answers every view with shards of that view, each at most once', withPolicy(answersShards));
    it('is a pure function of the view', withPolicy(isPure));
    it('has a rule that holds whatever happens', withPolicy(hasRule));
    it('takes every shard that nobody owns when it is alone', withPolicy(takesAlone));
    it('takes its own shards again after a restart', withPolicy(takesItsOwn));
    it('leaves alone what another node owns that lives', withPolicy(leavesTheLiving));
    if (judged.takes !== 'alone') {
      it('takes nothing new while its node is not ready', withPolicy(waitsUntilReady));
      it('names one taker at most, when all see the same', withPolicy(namesOneTaker));
    }
    if (judged.takes === 'manual') it('leaves takeovers to an operator', withPolicy(isManual));
    if (judged.takes === 'automatic') {
      it('names a taker of what a node that is gone has left', withPolicy(inherits));
      it('takes over within 15 s when a lease has run out', withPolicy(inheritsInTime));
      it('is not kept from it by a node that is silent or not ready', withPolicy(passesOver));
    }
  });
  judgeComponent({ name: judged.name, make: () => judged.make(quietHost()) });
}

function answersShards(policy: Failover): void {
  for (const view of views()) {
    const known = new Set(view.shards.map(({ shard }) => shard));
    const planned = policy.plan(view);
    assert.equal(new Set(planned).size, planned.length, 'a shard is named twice');
    for (const shard of planned) assert.ok(known.has(shard), `no shard ${shard} in the view`);
  }
}

function isPure(policy: Failover): void {
  const first = views().map((view) => [...policy.plan(frozen(view))]);
  const again = views()
    .toReversed()
    .map((view) => [...policy.plan(frozen(view))]);
  assert.deepEqual(again.toReversed(), first);
}

function hasRule(policy: Failover): void {
  const before = { ...policy.rule };
  assert.ok(Number.isFinite(before.priority), 'the priority is a number');
  assert.ok(before.suspectAfterMs > 0, 'it takes some silence to be suspect');
  assert.ok(['eager', 'on-reconnect', 'per-client'].includes(before.replay), 'a known replay');
  assert.ok(before.replayWithinMs >= 0 && Number.isFinite(before.replayWithinMs));
  for (const view of views()) policy.plan(view);
  assert.deepEqual({ ...policy.rule }, before);
}

function takesAlone(policy: Failover): void {
  const view = { self: 'a', nodes: [aNode('a')], shards: shardsOf(64, () => undefined) };
  assert.equal(planOf(policy, { ...view, tenureMs: Infinity }).size, 64);
}

function takesItsOwn(policy: Failover): void {
  const nodes = [aNode('a'), aNode('b', { priority: 1 })];
  const shards = shardsOf(64, () => 'a');
  assert.equal(planOf(policy, { self: 'a', nodes, shards, tenureMs: 0 }).size, 64);
}

function leavesTheLiving(policy: Failover): void {
  for (const view of views()) {
    const planned = planOf(policy, view);
    for (const { shard, owner } of view.shards) {
      const isAnothers = owner !== view.self && isLive(view, owner);
      assert.ok(!isAnothers || !planned.has(shard), `${owner} lives and owns shard ${shard}`);
    }
  }
}

function waitsUntilReady(policy: Failover): void {
  for (const view of views()) {
    if (view.nodes.some(({ name, ready }) => name === view.self && ready)) continue;
    const planned = planOf(policy, view);
    for (const { shard, owner } of view.shards) {
      assert.ok(owner === view.self || !planned.has(shard), `${view.self} is not ready`);
    }
  }
}

/** Each shard's takers, of the nodes that live and see this moment. */
function takersOf(policy: Failover, moment: Omit<ClusterView, 'self'>): readonly string[][] {
  const living = moment.nodes.filter(({ state }) => state === 'live');
  const plans = living.map(({ name }) => ({
    name,
    plan: planOf(policy, { self: name, ...moment }),
  }));
  return moment.shards.map(({ shard }) =>
    plans.filter(({ plan }) => plan.has(shard)).map(({ name }) => name),
  );
}

function namesOneTaker(policy: Failover): void {
  for (const moment of moments()) {
    for (const [at, takers] of takersOf(policy, moment).entries()) {
      assert.ok(takers.length <= 1, `shard ${moment.shards[at]?.shard}: ${takers.join(' and ')}`);
    }
  }
}

function isManual(policy: Failover): void {
  for (const view of views()) {
    const planned = planOf(policy, view);
    for (const { shard, owner } of view.shards) {
      const isOthers = owner !== undefined && owner !== view.self;
      assert.ok(!isOthers || !planned.has(shard), `shard ${shard} was ${owner}'s`);
    }
  }
}

function inherits(policy: Failover): void {
  for (const moment of moments()) {
    if (!moment.nodes.some(isHeir)) continue;
    const gone = new Set(moment.nodes.filter(({ state }) => state === 'gone').map((it) => it.name));
    for (const [at, takers] of takersOf(policy, moment).entries()) {
      const { shard, owner } = moment.shards[at] as Shards[number];
      if (owner !== undefined && !gone.has(owner)) continue;
      assert.equal(takers.length, 1, `nobody takes shard ${shard} of ${owner ?? 'nobody'}`);
    }
  }
}

function inheritsInTime(policy: Failover): void {
  const nodes = [aNode('a', { state: 'over', priority: 1 }), aNode('b'), aNode('c')];
  const moment = { nodes, shards: shardsOf(64, () => 'a'), tenureMs: LONGEST_TENURE_MS };
  for (const takers of takersOf(policy, moment)) assert.equal(takers.length, 1);
}

function passesOver(policy: Failover): void {
  const shards = shardsOf(64, () => 'a');
  for (const about of [{ suspect: true }, { ready: false }, { state: 'over' as const }]) {
    const nodes = [
      aNode('a', { state: 'gone' }),
      aNode('b', { priority: 0, ...about }),
      aNode('c'),
    ];
    const planned = planOf(policy, { self: 'c', nodes, shards, tenureMs: Infinity });
    assert.equal(planned.size, 64, `b is in the way: ${JSON.stringify(about)}`);
  }
}
