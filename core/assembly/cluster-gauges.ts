/** What a node sees of its cluster, as gauges. */
import { epochOf } from '../cluster/cluster-view.ts';
import type { Membership } from '../cluster/membership.ts';
import type { Metrics } from '../contract/index.ts';

export function addClusterGauges(metrics: Metrics, membership: Membership): void {
  metrics.gauge('im_cluster_serving', '1: this node owns the shards.', () => {
    return Number(membership.phase === 'serving');
  });
  metrics.gauge('im_cluster_epoch', 'Epoch of the cluster when it was last seen.', () => {
    const { record } = membership.seen;
    return record ? epochOf(record) : 0;
  });
  metrics.gauge('im_cluster_nodes', 'Nodes that had a lease when last seen, itself too.', () => {
    const nodes = membership.seen.record?.nodes ?? [];
    return nodes.filter(({ gone, leaseLeftMs }) => !gone && leaseLeftMs > 0).length;
  });
  metrics.gauge('im_cluster_seen_age_ms', 'Since it saw the cluster last.', () => {
    return membership.seen.agoMs;
  });
}
