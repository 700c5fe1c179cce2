/** Makes what an instance is handed: a small host, with a log and metrics that carry its name. */
import type { Clock, Health, Host, Metrics, Random } from '../contract/index.ts';
import type { NodeLog } from './log.ts';

export interface HostSources {
  /** The instance's name in the configuration. */
  readonly name: string;
  /** The node's name. */
  readonly node: string;
  readonly log: NodeLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: { of(instance: string): Metrics };
  /** Where reports go: the supervisor. */
  report(name: string, health: Health): void;
}

/** Roles that are handed more spread this object and add to it. */
export function makeHost(sources: HostSources): Host {
  const { name, node, clock, random } = sources;
  return {
    name,
    node,
    clock,
    random,
    log: sources.log.child({ part: name }),
    metrics: sources.metrics.of(name),
    report: (health) => sources.report(name, health),
  };
}
