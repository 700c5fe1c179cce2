/** Which shards this node should own: a pure function of what is known of the others. */
import { definePlugin, whole, type ClusterView, type Failover } from 'im-kernel/contract';

class MyFailover implements Failover {
  readonly rule: Failover['rule'];

  constructor(priority: number) {
    this.rule = {
      leased: true,
      priority,
      suspectAfterMs: 3_000,
      replay: 'eager',
      replayWithinMs: 0,
    };
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  /** Its own shards, and those of nobody who lives, if it is the first of those who can. */
  plan({ self, nodes, shards }: ClusterView): readonly number[] {
    const living = nodes.filter(({ state }) => state === 'live');
    const owners = new Set(living.map(({ name }) => name));
    // The nodes come by name, and the sort leaves equals as they are.
    const [heir] = living
      .filter(({ ready, suspect }) => ready && !suspect)
      .toSorted((one, other) => one.priority - other.priority);
    const mine = shards.filter(({ owner }) => {
      if (owner === self) return true;
      return heir?.name === self && (owner === undefined || !owners.has(owner));
    });
    return mine.map(({ shard }) => shard);
  }
}

export default definePlugin({
  contract: 1,
  role: 'failover',
  type: 'my-plugin',
  summary: 'The first node that lives takes what one that does not has left.',
  stability: 'experimental',
  config: {
    priority: whole({ help: 'Lower goes first.', fallback: 100, min: 0, max: 1_000 }),
  },
  create: ({ priority }) => new MyFailover(priority),
});
