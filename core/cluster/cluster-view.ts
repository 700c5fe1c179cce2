/** What the store and the registry say, put together for the failover policy. */
import type {
  ClusterView,
  LivingNode,
  NodeLife,
  NodeView,
  OwnershipRecord,
  ShardOwner,
} from '../contract/index.ts';
import type { NodeCard } from './node-card.ts';

export interface Seen {
  readonly self: string;
  readonly record: OwnershipRecord;
  /** By name; of the life that is meant, or an older one. */
  readonly cards: ReadonlyMap<string, NodeCard>;
  readonly suspects: ReadonlySet<string>;
  readonly tenureMs: number;
}

export function clusterView({ self, record, cards, suspects, tenureMs }: Seen): ClusterView {
  const nodes = record.nodes.map((one) => nodeView(one, cards.get(one.node), suspects));
  const shards = record.shards.map(({ shard, epoch, owner }) => {
    return { shard, epoch, owner: owner?.node };
  });
  return { self, nodes, shards, tenureMs };
}

function nodeView(
  living: LivingNode,
  card: NodeCard | undefined,
  suspects: ReadonlySet<string>,
): NodeView {
  const ours = card?.life === living.life ? card : undefined;
  return {
    name: living.node,
    priority: ours?.priority ?? Number.MAX_SAFE_INTEGER,
    state: stateOf(living),
    ready: ours?.ready === true,
    suspect: suspects.has(living.node),
  };
}

function stateOf({ gone, leaseLeftMs }: LivingNode): NodeView['state'] {
  if (gone) return 'gone';
  return leaseLeftMs > 0 ? 'live' : 'over';
}

/** The epoch of the cluster: the highest of its shards. */
export function epochOf(record: OwnershipRecord): number {
  return record.shards.reduce((most, { epoch }) => Math.max(most, epoch), 0);
}

/** The life that owns the first shard; one node owns all, but for the moment of a takeover. */
export function activeOf(record: OwnershipRecord): NodeLife | undefined {
  const owner = record.shards.find((one: ShardOwner) => one.owner)?.owner;
  const lives = record.nodes.some(({ life, gone, leaseLeftMs }) => {
    return life === owner?.life && !gone && leaseLeftMs > 0;
  });
  return lives ? owner : undefined;
}

/** Who should follow the owner; undefined: nobody could. */
export function followerOf({ self, nodes }: ClusterView): string | undefined {
  const fit = nodes.filter(({ name, state, ready, suspect }) => {
    return name !== self && state === 'live' && ready && !suspect;
  });
  const [first] = fit.toSorted((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1));
  return first?.name;
}
