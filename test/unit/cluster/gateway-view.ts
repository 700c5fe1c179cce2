/** A view of a pair of which `im-a` serves, with changes. */
import type { GatewayView } from '../../../core/cluster/gateway/route.ts';
import type { NodeCard } from '../../../core/cluster/node-card.ts';
import type { LivingNode, NodeLife } from '../../../core/contract/index.ts';

export const CARD: NodeCard = {
  node: 'im-a',
  life: 'a1',
  cluster: 'demo',
  addresses: ['tcp://127.0.0.1:7400', 'wss://chat.example/im'],
  link: '127.0.0.1:7421',
  gateway: 'http://127.0.0.1:7430',
  version: '1.2.0',
  contract: 1,
  protocol: 1,
  shards: 2,
  priority: 1,
  state: 'active',
  ready: true,
  sessions: 12,
  loopDelayMs: 1.25,
  clock: 1_790_000_000_000,
  startedAt: 1_780_000_000_000,
};

/** Where a client is sent by that view. */
export const NOW_SERVES = { node: 'im-a', epoch: 7, addresses: CARD.addresses };

interface Changes {
  readonly living?: Partial<LivingNode>;
  readonly card?: Partial<NodeCard>;
  readonly owner?: NodeLife | undefined;
}

export function gatewayView(changes: Changes = {}): GatewayView {
  const owner = 'owner' in changes ? changes.owner : { node: 'im-a', life: 'a1' };
  const card = { ...CARD, ...changes.card };
  const living = { node: 'im-a', life: 'a1', leaseLeftMs: 4_000, gone: false, ...changes.living };
  return {
    record: {
      nodes: [living, { node: 'im-b', life: 'b1', leaseLeftMs: -10, gone: false }],
      shards: [
        { shard: 0, epoch: 6, owner },
        { shard: 1, epoch: 7, owner },
      ],
      now: CARD.clock,
    },
    cards: new Map([[card.node, card]]),
    suspects: new Set(),
    agoMs: 100,
    stale: false,
  };
}
