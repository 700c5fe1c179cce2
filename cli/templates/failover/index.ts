/** Which shards this node should own: a pure function of what is known of the others. */
import { definePlugin, duration, type ClusterView, type Failover } from 'im-kernel/contract';

class MyFailover implements Failover {
  readonly #patienceMs: number;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  /** Its own shards, and those of nobody who lives, if it is the first by name of those who do. */
  plan(view: ClusterView): readonly number[] {
    const heard = view.nodes.filter((node) => node.lastBeatAgoMs <= this.#patienceMs);
    const living = new Set([...heard.map((node) => node.name), view.self]);
    const [heir] = [...living].toSorted();
    const mine = view.shards.filter(({ owner }) => {
      if (owner !== undefined && living.has(owner)) return owner === view.self;
      return heir === view.self;
    });
    return mine.map(({ shard }) => shard);
  }
}

export default definePlugin({
  contract: 1,
  role: 'failover',
  type: 'my-plugin',
  summary: 'The first living node by name takes what a silent one owned.',
  stability: 'experimental',
  config: {
    patience: duration({
      help: 'A node that is silent for longer is held to be gone.',
      fallback: 5_000,
      min: 100,
    }),
  },
  create: ({ patience }) => new MyFailover(patience),
});
