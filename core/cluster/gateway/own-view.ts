/** What a node's own gateway sees: what the node itself knows of its cluster. */
import type { NodeLife, OwnershipRecord, Take } from '../../contract/index.ts';
import { SILENT_PART } from '../lease.ts';
import type { NodeCard } from '../node-card.ts';
import { isStale } from './cluster-watch.ts';
import type { GatewayView } from './route.ts';

export interface Member {
  readonly seen: { readonly record: OwnershipRecord | undefined; readonly agoMs: number };
  readonly cards: ReadonlyMap<string, NodeCard>;
  readonly suspects: ReadonlySet<string>;
  /** This node, while its own lease is over. */
  readonly silent: string | undefined;
}

interface Times {
  readonly beatMs: number;
  readonly leaseMs: number;
}

/** A lease that was renewed within so many beats is as good as word of the node. */
const RENEWED_BEATS = 2;

/**
 * Of a node among others. One whose link alone is silent goes on beating in the store; one that has
 * little left of its lease answers nobody.
 */
export function memberView(member: Member, { beatMs, leaseMs }: Times): GatewayView {
  const { seen, cards, silent } = member;
  const { record, agoMs } = seen;
  const stale = isStale(agoMs, beatMs);
  const leastMs = leaseMs - RENEWED_BEATS * beatMs;
  const suspects = new Set(member.suspects);
  for (const { node, leaseLeftMs, gone } of record?.nodes ?? []) {
    if (!gone && leaseLeftMs > leastMs) suspects.delete(node);
    const isSilent = leaseLeftMs - agoMs <= SILENT_PART * leaseMs;
    // What was seen long ago tells nothing of what was renewed since.
    if (isSilent && !stale) suspects.add(node);
  }
  if (silent !== undefined) suspects.add(silent);
  return { record, agoMs, cards, suspects, stale };
}

/** Of a node without others: it is the one, for as long as it owns anything. */
export function aloneView(life: NodeLife, owned: readonly Take[], card: NodeCard): GatewayView {
  const shards = owned.map((one) => ({ ...one, owner: life }));
  const nodes = [{ ...life, leaseLeftMs: Infinity, gone: false }];
  const record = { nodes, shards, now: card.clock };
  const cards = new Map([[card.node, card]]);
  return { record, cards, suspects: new Set(), agoMs: 0, stale: false };
}
