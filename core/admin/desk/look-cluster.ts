/** The nodes of a cluster, as the store and their own cards tell. */
import { ImError } from '../../contract/index.ts';
import type { Switchover } from '../../cluster/switchover.ts';
import type { NodeStatus } from '../operator.ts';
import type { ClusterNode, ClusterView } from '../protocol/index.ts';
import type { Glance } from './inside.ts';

/** Rejects with IM_CLUSTER_NONE where the node is alone, or with what the store says. */
export async function lookCluster({ aside, settings }: Glance): Promise<ClusterView> {
  const { cluster, file } = settings;
  if (!cluster || !aside.operator) {
    throw new ImError('IM_CLUSTER_NONE', { file, what: 'a view of a cluster' });
  }
  const status = await aside.operator.status();
  const { epoch, active, last, now, shards, nodes, switchover, takeovers, problems } = status;
  const { returning } = status;
  return {
    name: cluster.name,
    epoch,
    ...(active !== undefined && { active }),
    ...(last !== undefined && { last }),
    policy: settings.failover.type,
    now: Math.round(now),
    shards,
    nodes: nodes.map(nodeRow),
    ...(switchover && { planned: plannedOf(switchover) }),
    takeovers: [...takeovers],
    ...(returning && { returning }),
    problems: problems.map(({ by, ...rest }) => ({ ...rest, ...(by !== undefined && { by }) })),
  };
}

function plannedOf({ to, epoch, phase, by, at, why }: Switchover): ClusterView['planned'] {
  return { to, epoch, phase, by, at, ...(why !== undefined && { why }) };
}

function nodeRow({ node, life, state, ready, leaseLeftMs, shards, card }: NodeStatus): ClusterNode {
  const row = { node, life, state, ready, leaseLeftMs, shards };
  if (!card) return { ...row, addresses: [] };
  const { priority, version, loopDelayMs, startedAt, addresses, link, gateway, admin, problem } =
    card;
  const lives = state !== 'gone' && state !== 'over';
  return {
    ...row,
    priority,
    version,
    startedAt,
    addresses: [...addresses],
    ...(lives && { sessions: card.sessions, loopDelayMs }),
    ...(link !== undefined && { link }),
    ...(gateway !== undefined && { gateway }),
    ...(admin !== undefined && { admin }),
    ...(problem !== undefined && { problem }),
  };
}
