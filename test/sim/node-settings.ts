/** The configuration of one life of a node, as its file would have it. */
import type { AnyPlugin, Authentication, Identity, Role } from 'im-kernel/contract';
import { definePlugin } from 'im-kernel/contract';
import type { Instance, Settings } from '../../core/config/settings.ts';
import manual from '../../plugins/failover/manual/index.ts';
import noFailover from '../../plugins/failover/none/index.ts';
import standby from '../../plugins/failover/standby/index.ts';
import storeRegistry from '../../plugins/registries/store/index.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import { effectsSettings } from './effects-settings.ts';
import { flakyRegistry } from './flaky-registry.ts';
import type { Life } from './life.ts';
import { limitsWith } from './limits-with.ts';
import type { NodePlace } from './node-place.ts';
import { orderingSettings } from './ordering-plan.ts';
import { simTransport } from './sim-transport.ts';
import { spokenLate } from './spoken-late.ts';
import type { Situations } from './situations.ts';
import { simPersistence } from './store/shelf.ts';
import { watchedFailover } from './watched-failover.ts';
import { watchedStore } from './watched-store.ts';
import type { World } from './world.ts';

const authentication = definePlugin({
  contract: 1,
  role: 'authentication',
  type: 'simulated',
  summary: 'A token is a user’s name.',
  stability: 'experimental',
  config: {},
  create: (): Authentication => ({
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    authenticate: (token): Promise<Identity> => Promise.resolve({ user: token }),
  }),
});

function instance(role: Role, plugin: unknown, config: Instance['config'] = {}): Instance {
  const known = plugin as AnyPlugin;
  const name = role === 'transport' ? 'sim' : role;
  return { name, role, type: known.type, plugin: known, config };
}

function failover(
  cluster: ClusterPlan | undefined,
  priority: number,
  situations: Situations,
): Instance {
  if (!cluster) return instance('failover', noFailover);
  const {
    policy,
    tenureMs: tenure,
    replay,
    replayWithinMs: replayWithin,
    leaseMs,
    links,
  } = cluster;
  const suspectAfter = links?.suspectAfterMs ?? leaseMs;
  const config = { priority, suspectAfter, replay, replayWithin };
  if (policy === 'manual') return instance('failover', manual, config);
  const watched = watchedFailover(standby, situations);
  return instance('failover', watched, { ...config, tenure });
}

function clusterOf(cluster: ClusterPlan | undefined, place: NodePlace): Settings['cluster'] {
  if (!cluster) return undefined;
  const { beatMs: beat, leaseMs: lease } = cluster;
  const link = cluster.links && place.link;
  const nothing = { shards: undefined, addresses: undefined };
  return { name: 'simulated', secretFile: '/none', beat, lease, link, ...nothing };
}

/** `lifeNumber`: which life it is, of all nodes. */
export function nodeSettings(
  world: World,
  place: NodePlace,
  life: Life,
  lifeNumber: number,
): Settings {
  const { plan, network, shelf, prng, situations, recorder } = world;
  const { highWaterBytes, cluster } = plan;
  const kept = simPersistence(shelf, life, prng.fork());
  const late = spokenLate(world, lifeNumber);
  const watch = { recorder, life: lifeNumber, joins: late.joins };
  const store = watchedStore(kept, watch, world.options.spoilAnswers);
  const transport = {
    network,
    life,
    lifeNumber,
    situations,
    highWaterBytes,
    address: place.address,
    sent: late.sent,
  };
  const registry = cluster ? flakyRegistry(() => world.registryTrouble) : storeRegistry;
  return {
    file: 'simulated',
    folder: '/',
    node: { name: place.name, data: '/' },
    cluster: clusterOf(cluster, place),
    gateway: undefined,
    admin: { socket: undefined, listen: undefined, tls: undefined, tokens: [] },
    transports: [instance('transport', simTransport(transport))],
    persistence: instance('persistence', store),
    answers: undefined,
    ordering: orderingSettings(plan.ordering, plan.seed),
    registry: instance('registry', registry),
    failover: failover(cluster, place.priority, situations),
    authentication: instance('authentication', authentication),
    ...effectsSettings(world, life, lifeNumber),
    chat: { friendsOnly: plan.friendsOnly, keepBodies: plan.retention.keepBodiesMs },
    log: { level: 'info' },
    limits: limitsWith({ ...plan.limits, ...plan.retention.limits }),
  };
}
