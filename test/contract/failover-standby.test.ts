import assert from 'node:assert/strict';
import type { NodeView } from 'im-kernel/contract';
import { judgeFailover, quietHost } from 'im-kernel/kit';
import plugin from '../../plugins/failover/standby/index.ts';

const settings = {
  priority: 1,
  tenure: 10_000,
  suspectAfter: 3_000,
  replay: 'on-reconnect',
  replayWithin: 20_000,
} as const;

judgeFailover({
  name: 'standby',
  make: (host) => plugin.create(settings, host),
  takes: 'automatic',
});

function aNode(name: string, about: Partial<NodeView> = {}): NodeView {
  return { name, priority: 100, state: 'live', ready: true, suspect: false, ...about };
}

function takes(self: string, nodes: readonly NodeView[], tenureMs = Infinity): boolean {
  const shards = [{ shard: 0, owner: 'active', epoch: 1 }];
  const view = { self, nodes, shards, tenureMs };
  return plugin.create(settings, quietHost()).plan(view).length === 1;
}

describe('standby', () => {
  const gone = aNode('active', { state: 'gone', priority: 1 });
  const over = aNode('active', { state: 'over', priority: 1 });

  it('says what its settings say', () => {
    assert.deepEqual(plugin.create(settings, quietHost()).rule, {
      leased: true,
      priority: 1,
      suspectAfterMs: 3_000,
      replay: 'on-reconnect',
      replayWithinMs: 20_000,
    });
  });

  it('lets the lowest priority inherit, and of equals the first by name', () => {
    const nodes = [gone, aNode('b'), aNode('c', { priority: 7 }), aNode('d', { priority: 7 })];
    assert.deepEqual(
      ['b', 'c', 'd'].filter((self) => takes(self, nodes)),
      ['c'],
    );
  });

  it('leaves an active node alone that is silent on its link', () => {
    const nodes = [aNode('active', { suspect: true }), aNode('b')];
    assert.equal(takes('b', nodes), false);
  });

  it('waits out its tenure before it acts on a lease that has run out', () => {
    assert.equal(takes('b', [over, aNode('b')], 9_999), false);
    assert.equal(takes('b', [over, aNode('b')], 10_000), true);
  });

  it('does not wait for it when the owner is surely gone, or has left', () => {
    assert.equal(takes('b', [gone, aNode('b')], 0), true);
    assert.equal(takes('b', [aNode('b')], 0), true);
  });

  it('does not take back what it had, whatever its priority', () => {
    const nodes = [aNode('active'), aNode('b', { priority: 0 })];
    assert.equal(takes('b', nodes), false);
  });
});
