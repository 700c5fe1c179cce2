/**
 * The parts of a program that only tells clients where to go: a store and a registry to look at,
 * the gateway's port, and transports on which every greeting is answered with MOVED.
 */
import { ClusterWatch } from '../cluster/gateway/cluster-watch.ts';
import { turnOf } from '../config/rate-of.ts';
import type { Settings } from '../config/settings.ts';
import { ImError } from '../contract/index.ts';
import { settledWithin } from '../kernel/within.ts';
import { TurnAway } from '../path/turn-away.ts';
import { Directory } from '../session/directory.ts';
import { Door } from '../session/door.ts';
import { Kicks } from '../session/kicks.ts';
import { Flusher } from '../session/output.ts';
import { sessionCounters } from '../session/session-counters.ts';
import { Wheel } from '../session/wheel.ts';
import { operatorOf } from './assemble-operator.ts';
import { createTransports } from './create-transports.ts';
import { createGateway } from './create-gateway.ts';
import { layFoundation, type Foundation, type Means } from './foundation.ts';
import type { Program } from './program.ts';
import { plainMovers, reloadOver, unsettled } from './reload/create-reload.ts';

/** How exact the timers of connections are, ms. */
const WHEEL_TICK_MS = 50;

/** Creates everything and starts nothing. @throws ImError where the file names nothing to do. */
export function assembleGateway(settings: Settings, means: Means): Program {
  mustServe(settings);
  const { cluster } = settings;
  const base = layFoundation(settings, means, () => undefined);
  const { bounds, supervisor, metrics, log, persistence, registry, report } = base;
  const limits = bounds.now;
  const watch = new ClusterWatch({
    persistence,
    registry,
    clock: means.clock,
    everyMs: cluster.beat,
    report: (health) => report('cluster', health),
  });
  const view = watch.view.bind(watch);
  const gateway = createGateway({ settings, limits, ...means, metrics, log, view });
  const wheel = new Wheel(means.clock, WHEEL_TICK_MS);
  const reception = new TurnAway({ view, clock: means.clock, limits });
  const door = makeDoor(means, base, { reception, wheel });
  const transports = createTransports(settings, base, door);
  const parts = [
    { name: 'persistence', component: persistence },
    { name: 'registry', component: registry },
    { name: 'cluster', component: watch },
    ...(gateway ? [{ name: 'gateway', component: gateway }] : []),
    ...transports,
  ];
  for (const [rank, part] of parts.entries()) supervisor.add({ ...part, rank });
  const here = { base, transports, gateway };
  const reload = reloadOver(settings, means, {
    base,
    movers: plainMovers(settings, means, here),
    notNow: () => unsettled(supervisor.states()),
  });
  return {
    metrics,
    reload,
    aside: { operator: operatorOf(cluster, { persistence, registry }, means.clock) },
    get addresses() {
      return transports.flatMap(({ component }) => component.addresses);
    },
    get gateways() {
      return gateway?.addresses ?? [];
    },
    states: () => supervisor.states(),
    start: () => supervisor.start(),
    async stop() {
      await Promise.allSettled(transports.map(({ component }) => component.stopAccepting()));
      door.close();
      await settledWithin(means.clock, limits.drainTimeout, door.whenEmpty());
      door.clear();
      wheel.stop();
      return supervisor.stop();
    },
    onFailed: (listener) => supervisor.onFailed(listener),
  };
}

type WithCluster = Settings & { readonly cluster: NonNullable<Settings['cluster']> };

function mustServe(settings: Settings): asserts settings is WithCluster {
  const { file, cluster, gateway, transports } = settings;
  const none = (why: string): ImError => new ImError('IM_GATEWAY_NONE', { file, why });
  if (!cluster) throw none('it has no block `cluster`');
  if (!gateway && transports.length === 0) throw none('it has neither `gateway` nor transports');
}

function makeDoor(
  { clock, random }: Means,
  { bounds, metrics, log }: Foundation,
  own: { readonly reception: TurnAway; readonly wheel: Wheel },
): Door {
  const always = { open: true, whenOpen: () => undefined };
  return new Door({
    clock,
    random,
    log,
    get limits() {
      return bounds.terms;
    },
    ...own,
    directory: new Directory(),
    flusher: new Flusher((run) => clock.soon(run), turnOf(bounds.now), always),
    counters: sessionCounters(metrics),
    kicks: new Kicks(log),
    left: () => undefined,
  });
}
