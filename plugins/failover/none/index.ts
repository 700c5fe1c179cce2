/** One node owns everything, and nobody takes over: for a node that stands alone. */
import { definePlugin, type ClusterView, type Failover } from 'im-kernel/contract';

const done = Promise.resolve();

class None implements Failover {
  readonly rule = {
    leased: false,
    priority: 0,
    suspectAfterMs: 5_000,
    replay: 'eager',
    replayWithinMs: 0,
  } as const;

  start(): Promise<void> {
    return done;
  }
  stop(): Promise<void> {
    return done;
  }
  plan({ self, nodes, shards }: ClusterView): readonly number[] {
    const others = new Set(
      nodes.filter(({ name, state }) => name !== self && state === 'live').map(({ name }) => name),
    );
    return shards
      .filter(({ owner }) => owner === undefined || !others.has(owner))
      .map(({ shard }) => shard);
  }
}

export default definePlugin({
  contract: 1,
  role: 'failover',
  type: 'none',
  summary: 'One node owns every conversation; nobody takes over when it is gone.',
  stability: 'stable',
  config: {},
  create: () => new None(),
});
