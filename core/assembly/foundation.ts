/** What every program of ours stands on: its log, metrics and supervisor, a store, an ordering. */
import type { Network } from '../cluster/link/network.ts';
import { LiveLimits } from '../config/live-limits.ts';
import type { Instance, Settings } from '../config/settings.ts';
import type {
  Clock,
  Component,
  Host,
  Log,
  Ordering,
  OrderingHost,
  Persistence,
  Random,
  Registry,
} from '../contract/index.ts';
import { makeHost } from '../kernel/host.ts';
import { nodeLog, type NodeLog } from '../kernel/log.ts';
import { MetricsRegistry } from '../kernel/metrics.ts';
import { Supervisor } from '../kernel/supervisor.ts';
import type { FlightRecorder } from '../path/trace/flight-recorder.ts';
import type { OrderingRule } from '../wire/frames.ts';
import type { HeartMaker } from './create-heart.ts';
import { createOrderings } from './create-orderings.ts';
import { lendLinks } from './lend-links.ts';
import type { Report } from './tokens.ts';
import { lendRegister } from './lend-register.ts';

/** What a node takes from outside: time, chance, a network, and where its log goes. */
export interface Means {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log | NodeLog;
  /** Lent to plugins as links; absent: none of them may use one. */
  readonly network?: Network;
  /** Makes what beats over links; absent: it runs in the node's own loop, over `network`. */
  readonly heart?: HeartMaker;
  /** Of the lives of a node in one process; absent: of this life alone. */
  readonly recorder?: FlightRecorder;
  /** Where admins ask this process, for other nodes to tell; undefined: nowhere. */
  readonly admin?: () => string | undefined;
}

export type Foundation = ReturnType<typeof layFoundation>;

/** Starts nothing. `news`: hears the rules of all orderings when one of them is new. */
export function layFoundation(
  settings: Settings,
  means: Means,
  news: (rules: readonly OrderingRule[]) => void,
) {
  const metrics = new MetricsRegistry();
  const log = nodeLog(means.log);
  const { clock, random } = means;
  const bounds = new LiveLimits(settings.limits);
  const supervisor = new Supervisor({ clock, log, limits: bounds.now });
  const report: Report = (part, health) => supervisor.report(part, health);
  const hostOf = (name: string): Host =>
    makeHost({ name, node: settings.node.name, log, clock, random, metrics, report });
  const create = (instance: Instance, extra: object = {}): Component =>
    instance.plugin.create(instance.config, { ...hostOf(instance.name), ...extra });

  const together = { together: settings.cluster !== undefined };
  const persistence = create(settings.persistence, together) as Persistence;
  const register = lendRegister(persistence);
  const registry = create(settings.registry, { register }) as Registry;
  const createOrdering = (one: Instance, announce: OrderingHost['announce']): Ordering => {
    const links = lendLinks(hostOf(one.name), means.network);
    return create(one, { register, links, announce }) as Ordering;
  };
  const ordered = createOrderings(settings.ordering, { create: createOrdering, news });
  return {
    bounds,
    metrics,
    log,
    supervisor,
    report,
    hostOf,
    create,
    persistence,
    registry,
    ordered,
  };
}
