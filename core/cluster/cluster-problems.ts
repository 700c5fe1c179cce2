/** What is wrong between two nodes of one store, as an operator should hear it. */
import { ImError } from '../contract/index.ts';
import type { NodeCard } from './node-card.ts';

/** Clocks further apart are told of: times that people see would be wrong by as much. */
const CLOCKS_APART_MS = 60_000;

/**
 * Empty: nothing. `own` and `cards` were written at about the same time: within `agoMs`. Each is
 * told once for each other node.
 */
export function clusterProblems(
  own: NodeCard,
  cards: Iterable<NodeCard>,
  agoMs: number,
): readonly ImError[] {
  const problems: ImError[] = [];
  for (const card of cards) {
    if (card.node === own.node) continue;
    const { node } = card;
    if (card.cluster !== own.cluster) {
      const details = { node, theirs: card.cluster, ours: own.cluster };
      problems.push(new ImError('IM_CLUSTER_OTHER', details));
    }
    const [theirs, ours] = [spoken(card), spoken(own)];
    if (theirs !== ours) problems.push(new ImError('IM_CLUSTER_VERSION', { node, theirs, ours }));
    const address = card.addresses.find((one) => own.addresses.includes(one));
    if (address !== undefined) problems.push(new ImError('IM_CLUSTER_ADDRESS', { node, address }));
    const apartMs = Math.abs(card.clock - own.clock) - agoMs;
    if (apartMs > CLOCKS_APART_MS) {
      problems.push(
        new ImError('IM_CLUSTER_CLOCK', { node, seconds: Math.round(apartMs / 1_000) }),
      );
    }
  }
  return problems;
}

/** True if the two may follow each other. */
export function fits(own: NodeCard, other: NodeCard): boolean {
  return own.cluster === other.cluster && spoken(own) === spoken(other);
}

function spoken({ contract, protocol, shards }: NodeCard): string {
  return `contract ${contract}, protocol ${protocol}, ${shards} shards`;
}
