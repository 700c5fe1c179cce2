import assert from 'node:assert/strict';
import type { LivingNode, OwnershipRecord } from 'im-kernel/contract';
import { clusterProblems, fits } from '../../../core/cluster/cluster-problems.ts';
import { activeOf, clusterView, epochOf, followerOf } from '../../../core/cluster/cluster-view.ts';
import type { NodeCard } from '../../../core/cluster/node-card.ts';

const A: LivingNode = { node: 'im-a', life: 'a1', leaseLeftMs: 4_000, gone: false };
const B: LivingNode = { node: 'im-b', life: 'b1', leaseLeftMs: 4_000, gone: false };

function card(node: string, more: Partial<NodeCard> = {}): NodeCard {
  return {
    node,
    life: `${node.at(-1)}1`,
    cluster: 'demo',
    addresses: [`tcp://${node}:7400`],
    version: '1.0.0',
    contract: 1,
    protocol: 1,
    shards: 2,
    priority: 1,
    state: 'standby',
    ready: true,
    sessions: 0,
    loopDelayMs: 0,
    clock: 1_795_404_000_000,
    startedAt: 1_795_404_000_000,
    ...more,
  };
}

function record(nodes: readonly LivingNode[], owner = A): OwnershipRecord {
  const { node, life } = owner;
  const shards = [0, 1].map((shard) => ({ shard, epoch: 3 + shard, owner: { node, life } }));
  return { nodes, shards, now: 0 };
}

function viewOf(seen: OwnershipRecord, cards: readonly NodeCard[], suspects: string[] = []) {
  return clusterView({
    self: 'im-a',
    record: seen,
    cards: new Map(cards.map((one) => [one.node, one])),
    suspects: new Set(suspects),
    tenureMs: 7,
  });
}

describe('what a node sees of its cluster', () => {
  it('is the store’s word on who lives, and the cards’ on who is ready', () => {
    const over = { ...B, leaseLeftMs: 0 };
    const gone = { ...B, node: 'im-c', life: 'c1', gone: true };
    const seen = record([A, over, gone]);
    const { nodes, shards, tenureMs } = viewOf(seen, [card('im-a'), card('im-b', { life: 'b0' })]);
    assert.deepEqual(
      nodes.map(({ name, state, ready }) => [name, state, ready]),
      [
        ['im-a', 'live', true],
        ['im-b', 'over', false],
        ['im-c', 'gone', false],
      ],
    );
    assert.deepEqual(shards[1], { shard: 1, epoch: 4, owner: 'im-a' });
    assert.equal(tenureMs, 7);
  });

  it('has an active node while the owner’s own life lasts', () => {
    assert.equal(activeOf(record([A, B]))?.node, 'im-a');
    assert.equal(activeOf(record([B])), undefined);
    assert.equal(activeOf(record([{ ...A, life: 'a2' }, B])), undefined);
    assert.equal(activeOf(record([{ ...A, gone: true }, B])), undefined);
    assert.equal(epochOf(record([A])), 4);
  });

  it('names who should follow: ready, alive, not suspect, by priority, then by name', () => {
    const nodes = ['im-a', 'im-b', 'im-c', 'im-d'].map((node) => {
      return { node, life: `${node.at(-1)}1`, leaseLeftMs: 1, gone: false };
    });
    const cards = [card('im-a'), card('im-b', { priority: 5 }), card('im-c', { priority: 5 })];
    const all = [...cards, card('im-d')];
    assert.equal(followerOf(viewOf(record(nodes), all)), 'im-d');
    assert.equal(followerOf(viewOf(record(nodes), all, ['im-d'])), 'im-b');
    const resting = [...cards, card('im-d', { ready: false })];
    assert.equal(followerOf(viewOf(record(nodes), resting)), 'im-b');
    assert.equal(followerOf(viewOf(record([A]), [card('im-a')])), undefined);
  });

  it('tells what is wrong between two nodes, each with what to do', () => {
    const own = card('im-a');
    const wrong = (more: Partial<NodeCard>): readonly string[] =>
      clusterProblems(own, [own, card('im-b', more)], 5_000).map(({ code }) => code);
    assert.deepEqual(wrong({}), []);
    assert.deepEqual(wrong({ cluster: 'other' }), ['IM_CLUSTER_OTHER']);
    assert.deepEqual(wrong({ protocol: 2 }), ['IM_CLUSTER_VERSION']);
    assert.deepEqual(wrong({ contract: 2 }), ['IM_CLUSTER_VERSION']);
    assert.deepEqual(wrong({ shards: 4 }), ['IM_CLUSTER_VERSION']);
    assert.deepEqual(wrong({ addresses: own.addresses }), ['IM_CLUSTER_ADDRESS']);
    assert.deepEqual(wrong({ clock: own.clock + 64_000 }), []);
    assert.deepEqual(wrong({ clock: own.clock - 7_200_000 }), ['IM_CLUSTER_CLOCK']);
    assert.equal(fits(own, card('im-b', { protocol: 2 })), false);
    assert.equal(fits(own, card('im-b', { clock: 0, addresses: own.addresses })), true);
  });
});
