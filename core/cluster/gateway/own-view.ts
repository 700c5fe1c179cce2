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

interface Times {
  readonly beatMs: number;
  readonly leaseMs: number;
}

/** A lease that was renewed within so many beats is as good as word of the node. */
const RENEWED_BEATS = 2;

/** Of a node among others. A node whose link alone is silent goes on beating in the store. */
export function memberView(member: Member, { beatMs, leaseMs }: Times): GatewayView {
  const { seen, cards } = member;
  const { record, agoMs } = seen;
  const leastMs = leaseMs - RENEWED_BEATS * beatMs;
  const lively = record?.nodes.filter(({ leaseLeftMs, gone }) => !gone && leaseLeftMs > leastMs);
  const suspects = new Set(member.suspects);
  for (const { node } of lively ?? []) suspects.delete(node);
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
