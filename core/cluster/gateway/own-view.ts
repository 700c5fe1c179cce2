/** What a node's own gateway sees: what the node itself knows of its cluster. */
import type { NodeLife, OwnershipRecord, Take } from '../../contract/index.ts';
import type { NodeCard } from '../node-card.ts';
import { isStale } from './cluster-watch.ts';
import type { GatewayView } from './route.ts';

interface Member {
  readonly seen: { readonly record: OwnershipRecord | undefined; readonly agoMs: number };
  readonly cards: ReadonlyMap<string, NodeCard>;
  readonly suspects: ReadonlySet<string>;
}

/** Of a node among others. */
export function memberView({ seen, cards, suspects }: Member, beatMs: number): GatewayView {
  const { record, agoMs } = seen;
  return { record, agoMs, cards, suspects, stale: isStale(agoMs, beatMs) };
}

/** Of a node without others: it is the one, for as long as it owns anything. */
export function aloneView(life: NodeLife, owned: readonly Take[], card: NodeCard): GatewayView {
  const shards = owned.map((one) => ({ ...one, owner: life }));
  const nodes = [{ ...life, leaseLeftMs: Infinity, gone: false }];
  const record = { nodes, shards, now: card.clock };
  const cards = new Map([[card.node, card]]);
  return { record, cards, suspects: new Set(), agoMs: 0, stale: false };
}
