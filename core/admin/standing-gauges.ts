/** How a program stands, as gauges: what alarms and dashboards ask first. */
import type { PartHealth } from '../kernel/health.ts';
import type { MetricsRegistry } from '../kernel/metrics.ts';
import { liveness, readiness, type Standing } from './ready.ts';

interface Watched {
  readonly metrics: MetricsRegistry;
  /** Absent: it has no place among others. */
  readonly standing?: Standing | undefined;
  states(): readonly PartHealth[];
}

const TROUBLE = 'Of this part: 0 as it should be, 1 degraded, 2 failed.';

/** Parts that are added later have no gauge. */
export function addStandingGauges(program: Watched): void {
  const { metrics } = program;
  metrics.gauge('im_live', '1: no part failed.', () => Number(liveness(program.states()).ok));
  metrics.gauge('im_ready', '1: it serves clients now.', () => {
    return Number(readiness(program.states(), program.standing).ok);
  });
  for (const { name } of program.states()) {
    metrics.of(name).gauge('im_part_trouble', TROUBLE, () => {
      const state = program.states().find((part) => part.name === name)?.state;
      return state === 'failed' ? 2 : Number(state === 'degraded');
    });
  }
}
