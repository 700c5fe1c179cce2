/** A node's place among others, or alone. */
import { Alone } from '../cluster/alone.ts';
import { aloneView, memberView } from '../cluster/gateway/own-view.ts';
import type { GatewayView } from '../cluster/gateway/route.ts';
import { Lease } from '../cluster/lease.ts';
import { Membership } from '../cluster/membership.ts';
import type { NodeCard } from '../cluster/node-card.ts';
import type { Shards } from '../cluster/shards.ts';
import { Whereabouts } from '../cluster/whereabouts.ts';
import type { Settings } from '../config/settings.ts';
import {
  CONTRACT_VERSION,
  ImError,
  type Clock,
  type Component,
  type Failover,
  type Log,
  type Metrics,
  type NodeLife,
  type Persistence,
  type Random,
  type Registry,
} from '../contract/index.ts';
import type { PartHealth } from '../kernel/health.ts';
import { VERSION } from '../kernel/version.ts';
import type { Door } from '../session/door.ts';
import { PROTOCOL_VERSION } from '../wire/protocol-version.ts';
import { addClusterGauges } from './cluster-gauges.ts';
import { createHeart, type HeartMaker } from './create-heart.ts';
import type { HeartPart } from './heart-part.ts';
import { lendRegister } from './lend-register.ts';
import type { Node } from './node.ts';
import type { Report } from './tokens.ts';

interface Sources {
  readonly settings: Settings;
  readonly persistence: Persistence;
  readonly registry: Registry;
  readonly failover: Failover;
  readonly life: NodeLife;
  readonly lease: Lease;
  readonly whereabouts: Whereabouts;
  readonly shards: Shards;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly report: Report;
  /** Undefined: there is no network to beat over. */
  readonly makeHeart: HeartMaker | undefined;
  /** Where admins ask this process; undefined: nowhere. */
  readonly admin: (() => string | undefined) | undefined;
  readonly node: () => Node;
  readonly door: Door;
}

const LIFE_BYTES = 12;

export function newLife(node: string, random: Random): NodeLife {
  return { node, life: Buffer.from(random.bytes(LIFE_BYTES)).toString('hex') };
}

export function placeOf(clock: Clock): {
  readonly lease: Lease;
  readonly whereabouts: Whereabouts;
} {
  return { lease: new Lease(clock), whereabouts: new Whereabouts() };
}

/** @throws ImError where the policy asks for what the file does not give. */
export function mustFit(
  { cluster, file, failover, persistence }: Settings,
  { rule }: Failover,
  { guarantees }: Persistence,
): void {
  if (!rule.leased) return;
  const { type } = failover;
  const setting = 'failover.use';
  if (!cluster) throw new ImError('IM_CLUSTER_NONE', { file, setting, what: `${setting} ${type}` });
  if (guarantees.shared) return;
  throw new ImError('IM_FAILOVER_ALONE', { type, store: persistence.type, file, setting });
}

/** Starts nothing. */
export function createCluster(sources: Sources): {
  readonly component: Component;
  readonly heart: HeartPart | undefined;
  readonly membership: Membership | undefined;
  readonly view: () => GatewayView;
} {
  const { settings, persistence, failover, shards, whereabouts, node } = sources;
  const { cluster } = settings;
  const startedAt = sources.clock.now();
  if (!cluster) {
    const serve = (): void => node().serve(undefined);
    return {
      component: new Alone({ persistence, failover, shards, whereabouts, serve }),
      heart: undefined,
      membership: undefined,
      view: () => {
        const card = cardOf(sources, startedAt, 'serving', undefined);
        return aloneView(sources.life, shards.owned(), card);
      },
    };
  }
  const membership = new Membership({
    ...sources,
    register: lendRegister(persistence),
    beatMs: cluster.beat,
    leaseMs: cluster.lease,
    report: (health) => sources.report('cluster', health),
    card: () => cardOf(sources, startedAt, membership.phase, heart),
    met: (cards) => heart.know(sources.life.node, cards),
    leaving: () => heart.turn('leaving'),
    serve: (from) => {
      heart.turn('active');
      node().serve(from);
    },
    drain: () => {
      heart.turn('leaving');
      return node().drain();
    },
    over: (why) => {
      heart.turn('over');
      node().over(why);
    },
  });
  whereabouts.onKnock = () => membership.knocked();
  const heart = createHeart(sources, cluster, () => membership);
  addClusterGauges(sources.metrics, membership);
  const component: Component = {
    async start(signal) {
      const wanted = cluster.shards ?? persistence.shards;
      if (wanted !== persistence.shards) {
        const details = { wanted, there: persistence.shards, setting: 'cluster.shards' };
        throw new ImError('IM_CLUSTER_SHARDS', details);
      }
      await membership.start(signal);
    },
    stop: () => membership.stop(),
  };
  const times = { beatMs: cluster.beat, leaseMs: cluster.lease };
  return { component, heart, membership, view: () => memberView(membership, times) };
}

function cardOf(
  sources: Sources,
  startedAt: number,
  phase: Membership['phase'],
  heart: HeartPart | undefined,
): NodeCard {
  const { settings, failover, life, persistence, clock, node, door } = sources;
  const { cluster } = settings;
  const [gateway] = node().gateways;
  const admin = sources.admin?.();
  const problem = node().states().find(isAmiss)?.code;
  return {
    ...life,
    addresses: cluster?.addresses ?? node().addresses,
    version: VERSION,
    contract: CONTRACT_VERSION,
    protocol: PROTOCOL_VERSION,
    cluster: cluster?.name ?? '',
    shards: persistence.shards,
    priority: failover.rule.priority,
    ready: phase !== 'leaving' && phase !== 'over' && heart?.steady !== false,
    state: phase === 'serving' ? 'active' : phase === 'leaving' ? 'leaving' : 'standby',
    sessions: door.size,
    loopDelayMs: heart?.loopDelayMs ?? 0,
    clock: clock.now(),
    startedAt,
    ...(heart?.address === undefined ? {} : { link: heart.address }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(admin === undefined ? {} : { admin }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function isAmiss({ state, code }: PartHealth): boolean {
  return code !== undefined && (state === 'degraded' || state === 'failed');
}
