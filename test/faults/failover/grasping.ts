/** A failover policy that takes everything at once, whoever owns it. */
import { definePlugin, type ClusterView } from 'im-kernel/contract';

const rule = {
  leased: false,
  priority: 0,
  suspectAfterMs: 5_000,
  replay: 'eager',
  replayWithinMs: 0,
} as const;

export default definePlugin({
  contract: 1,
  role: 'failover',
  type: 'grasping',
  summary: 'Takes whatever another owns: for the controls of the failover rigs.',
  stability: 'experimental',
  config: {},
  create: () => ({
    rule,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    plan: ({ shards }: ClusterView) => shards.map(({ shard }) => shard),
  }),
});
