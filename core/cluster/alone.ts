/** A node without a cluster: it owns what its policy says from the start, and asks nobody. */
import { ImError, type Component, type Failover, type Persistence } from '../contract/index.ts';
import type { Shards } from './shards.ts';
import type { Whereabouts } from './whereabouts.ts';

interface Surroundings {
  readonly persistence: Persistence;
  readonly failover: Failover;
  readonly shards: Shards;
  /** Nobody else serves: who comes before this node does, waits for it. */
  readonly whereabouts: Whereabouts;
  readonly serve: () => void;
}

/** Another start that takes at the same moment comes first this often at most. */
const TAKES_MAX = 8;

export class Alone implements Component {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
    around.whereabouts.soonHere();
  }

  async start(): Promise<void> {
    for (let take = 1; take <= TAKES_MAX; take += 1) {
      if (await this.#take()) return;
    }
    throw new ImError('IM_SHARD_TAKEN', { shard: 0 });
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  async #take(): Promise<boolean> {
    const { persistence, failover, shards, serve } = this.#around;
    const { shards: all, nodes } = await persistence.ownership.look();
    const other = nodes.find(({ gone, leaseLeftMs }) => !gone && leaseLeftMs > 0);
    // It would take everything from nodes that it does not know of, and they from it.
    if (other) throw new ImError('IM_CLUSTER_LIVES', { node: other.node, setting: 'persistence' });
    const self = shards.life.node;
    const own = { name: self, priority: 0, state: 'live', ready: true, suspect: false } as const;
    const stand = all.map(({ shard, epoch }) => ({ shard, epoch, owner: undefined }));
    const view = { self, nodes: [own], shards: stand, tenureMs: Infinity };
    const planned = new Set(failover.plan(view));
    if (
      !(await shards.take(
        all.filter(({ shard }) => planned.has(shard)),
        true,
      ))
    )
      return false;
    serve();
    return true;
  }
}
