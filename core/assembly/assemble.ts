/**
 * From settings to a node that can be started: creates the plugins' components, wires the kernel's
 * services, and hands out a plain record. inversify is spoken in this folder only; the container
 * dies here.
 */
import { Container } from 'inversify';
import type { LiveLimits } from '../config/live-limits.ts';
import type { Settings } from '../config/settings.ts';
import type { Failover, NodeLife, Persistence } from '../contract/index.ts';
import type { Lease } from '../cluster/lease.ts';
import type { Whereabouts } from '../cluster/whereabouts.ts';
import { operatorOf } from './assemble-operator.ts';
import { createCluster, mustFit, newLife, placeOf } from './create-cluster.ts';
import { createTransports } from './create-transports.ts';
import { createGateway } from './create-gateway.ts';
import { heartOver } from './create-heart.ts';
import type { NodeLog } from '../kernel/log.ts';
import type { MetricsRegistry } from '../kernel/metrics.ts';
import type { Orderings } from '../path/orderings.ts';
import type { Cached } from '../path/recent-answers.ts';
import { FlightRecorder } from '../path/trace/flight-recorder.ts';
import { createCrew, createReload, type FirstCrew } from './reload/create-reload.ts';
import { CurrentAuthentication } from './reload/current-authentication.ts';
import { consuming, effectsModule } from './effects-module.ts';
import { layFoundation, type Means } from './foundation.ts';
import { Node } from './node.ts';
import { pathModule } from './path-module.ts';
import { placingModule } from './placing-module.ts';
import { readersModule } from './readers-module.ts';
import { sessionModule } from './session-module.ts';
import { T, type Broken, type Report } from './tokens.ts';
import { createAnswers, type Consumed } from './watched.ts';

/** Creates everything and starts nothing: no sockets, files or timers. */
export function assemble(settings: Settings, means: Means): Node {
  let node: Node | undefined;
  const base = layFoundation(settings, means, (rules) => node?.announce(rules));
  const { metrics, log, supervisor, report, hostOf, create, persistence, registry } = base;
  const { bounds, ordered } = base;
  const limits = bounds.now;
  const components = { persistence, registry, failover: create(settings.failover) as Failover };
  const crew = createCrew(settings, hostOf);
  const authentication = new CurrentAuthentication(crew.authentication.as);
  mustFit(settings, components.failover, persistence);
  const place = { life: newLife(settings.node.name, means.random), ...placeOf(means.clock) };
  const cached = settings.answers && createAnswers(settings.answers, hostOf('answers'));
  const broken: Broken = (why) => node?.broken(why);
  const { orderings } = ordered;
  const told = { bounds, log, metrics, broken, report };
  const made = { ...components, ...place, authentication, orderings, cached, crew, ...told };
  const container = wire(settings, means, made);
  const door = container.get(T.door);
  const transports = createTransports(settings, base, door);
  const shards = container.get(T.shards);
  const cluster = createCluster({
    settings,
    ...components,
    ...place,
    shards,
    clock: means.clock,
    log: log.child({ part: 'cluster' }),
    report,
    metrics,
    makeHeart: means.heart ?? heartOver(means),
    admin: means.admin,
    node: () => node as Node,
    door,
  });
  const gateway = createGateway({ settings, limits, ...means, metrics, log, view: cluster.view });
  const reload = createReload(settings, means, {
    base,
    crew,
    authentication,
    transports,
    gateway,
    ...exchangersOf(container),
    notNow: () => node?.unsettled,
  });
  node = new Node({
    name: settings.node.name,
    limits,
    clock: means.clock,
    log,
    metrics,
    supervisor,
    reload,
    components: { ...components, cluster: cluster.component },
    heart: cluster.heart,
    membership: cluster.membership,
    operator: settings.cluster && operatorOf(settings.cluster, components, means.clock),
    ...place,
    kinds: orderings,
    gateway,
    orderings: ordered.parts,
    cache: cached?.cache,
    crew,
    transports,
    ...servicesOf(container),
    retention: settings.chat.keepBodies === undefined ? undefined : container.get(T.retention),
  });
  return node;
}

/** What hands work to guards and consumers, and takes others instead of them. */
function exchangersOf(container: Container) {
  const around = container.get(T.consumption);
  return {
    guarding: container.get(T.guarding),
    effects: container.get(T.effects),
    consuming: container.get(T.consuming),
    consume: (consumed: Consumed) => consuming(consumed, around),
  };
}

/** What a node asks for by itself. */
function servicesOf(container: Container) {
  return {
    door: container.get(T.door),
    shards: container.get(T.shards),
    lanes: container.get(T.lanes),
    recent: container.get(T.recent),
    recorder: container.get(T.recorder),
    tracing: container.get(T.tracing),
    effects: container.get(T.effects),
    progress: container.get(T.progress),
    wheel: container.get(T.wheel),
    directory: container.get(T.directory),
    conversations: container.get(T.conversations),
  };
}

interface Made {
  readonly life: NodeLife;
  readonly lease: Lease;
  readonly whereabouts: Whereabouts;
  readonly persistence: Persistence;
  readonly orderings: Orderings;
  readonly failover: Failover;
  readonly authentication: CurrentAuthentication;
  readonly cached: Cached | undefined;
  readonly crew: FirstCrew;
  readonly bounds: LiveLimits;
  readonly log: NodeLog;
  readonly metrics: MetricsRegistry;
  readonly broken: Broken;
  readonly report: Report;
}

function wire(settings: Settings, means: Means, made: Made): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  const limits = made.bounds.now;
  container.bind(T.node).toConstantValue(settings.node.name);
  container.bind(T.life).toConstantValue(made.life);
  container.bind(T.lease).toConstantValue(made.lease);
  container.bind(T.whereabouts).toConstantValue(made.whereabouts);
  container.bind(T.clock).toConstantValue(means.clock);
  const recorder = means.recorder ?? new FlightRecorder(limits);
  container.bind(T.recorder).toConstantValue(recorder);
  container.bind(T.random).toConstantValue(means.random);
  container.bind(T.limits).toConstantValue(limits);
  container.bind(T.bounds).toConstantValue(made.bounds);
  container.bind(T.chat).toConstantValue(settings.chat);
  container.bind(T.rules).toConstantValue({ limits, friendsOnly: settings.chat.friendsOnly });
  container.bind(T.log).toConstantValue(made.log);
  container.bind(T.metrics).toConstantValue(made.metrics);
  container.bind(T.report).toConstantValue(made.report);
  container.bind(T.broken).toConstantValue(made.broken);
  container.bind(T.persistence).toConstantValue(made.persistence);
  container.bind(T.orderings).toConstantValue(made.orderings);
  container.bind(T.failover).toConstantValue(made.failover);
  container.bind(T.authentication).toConstantValue(made.authentication);
  container.bind(T.cached).toConstantValue({ cached: made.cached });
  container.bind(T.guards).toConstantValue(made.crew.guards.map(({ as }) => as));
  container.bind(T.consumers).toConstantValue(made.crew.consumers.map(({ as }) => as));
  container.load(readersModule, effectsModule, placingModule, pathModule, sessionModule);
  return container;
}
