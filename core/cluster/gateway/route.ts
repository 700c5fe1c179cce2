/**
 * Which node a client should go to, as a pure function of what was seen last. It decides nothing:
 * who goes to the wrong node is sent on, and what a node may keep, the store says.
 */
import type { OwnershipRecord } from '../../contract/index.ts';
import { epochOf } from '../cluster-view.ts';
import type { NodeCard } from '../node-card.ts';

/** What was seen last, and when. */
export interface GatewayView {
  /** Undefined: nothing was ever seen. */
  readonly record: OwnershipRecord | undefined;
  /** By name; of the life that is meant, or an older one. */
  readonly cards: ReadonlyMap<string, NodeCard>;
  /** Nodes that are silent on their links. */
  readonly suspects: ReadonlySet<string>;
  /** How long ago the record was read, ms. */
  readonly agoMs: number;
  /** The store does not answer, so that leases cannot be told from it. */
  readonly stale: boolean;
}

export interface Way {
  readonly node: string;
  /** The cluster's, which rises with each change of the owner. */
  readonly epoch: number;
  /** As in MOVED; at least one. */
  readonly addresses: readonly string[];
}

/** To the node that owns the shards, if it is healthy as far as can be told. */
export function route(view: GatewayView): Way | undefined {
  const { record, cards, suspects, agoMs, stale } = view;
  if (!record) return undefined;
  const owner = record.shards.find((one) => one.owner)?.owner;
  const living = record.nodes.find(({ node, life }) => {
    return node === owner?.node && life === owner.life;
  });
  if (!living || living.gone || suspects.has(living.node)) return undefined;
  // A lease that ended since the store was seen last may have been renewed unseen.
  if (living.leaseLeftMs <= (stale ? 0 : agoMs)) return undefined;
  const card = cards.get(living.node);
  if (card?.life !== living.life || card.addresses.length === 0) return undefined;
  return { node: living.node, epoch: epochOf(record), addresses: card.addresses };
}

/** A node, as anybody may know of it. */
export interface ShownNode {
  readonly node: string;
  /** absent: it tells nothing of itself. */
  readonly state: NodeCard['state'] | 'absent';
  readonly lease: 'live' | 'over' | 'gone';
  readonly suspect: boolean;
  readonly ready: boolean;
  readonly addresses: readonly string[];
  readonly gateway?: string;
  readonly version?: string;
  /** What it told last of its work, while its lease lives. */
  readonly sessions?: number;
  readonly loopDelayMs?: number;
}

/** Every node with a life that has not left, by name. */
export function shownNodes(view: GatewayView): readonly ShownNode[] {
  const nodes = view.record?.nodes ?? [];
  return nodes.map(({ node, life, gone, leaseLeftMs }) => {
    const card = view.cards.get(node);
    const own = card?.life === life ? card : undefined;
    const lease = gone ? 'gone' : leaseLeftMs > (view.stale ? 0 : view.agoMs) ? 'live' : 'over';
    const works = own && lease === 'live';
    return {
      node,
      state: own?.state ?? 'absent',
      lease,
      suspect: view.suspects.has(node),
      ready: own?.ready === true,
      addresses: own?.addresses ?? [],
      ...(own?.gateway === undefined ? {} : { gateway: own.gateway }),
      ...(own ? { version: own.version } : {}),
      ...(works ? { sessions: own.sessions, loopDelayMs: own.loopDelayMs } : {}),
    };
  });
}
