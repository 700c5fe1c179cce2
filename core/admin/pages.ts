/** What is asked of a node by machines: its metrics, whether it lives, and whether it serves. */
import type { PartHealth } from '../kernel/health.ts';
import type { MetricSnapshot } from '../kernel/metrics.ts';
import type { Page } from './http/admin-server.ts';
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from './prometheus.ts';
import { liveness, readiness, type Finding, type Standing } from './ready.ts';

interface Shown {
  readonly metrics: { snapshot(): readonly MetricSnapshot[] };
  readonly standing?: Standing | undefined;
  states(): readonly PartHealth[];
}

interface Surroundings {
  /** Its name. */
  readonly node: string;
  /** Undefined: it is between two lives. */
  readonly running: () => Shown | undefined;
  /** Of the process, in all lives of the node. */
  readonly metrics: Shown['metrics'];
}

const BETWEEN = 'it is between two lives';

/** By their paths. Yes is 200 and no 503, with the reason as a line of text. */
export function adminPages({ node, running, metrics }: Surroundings): Record<string, () => Page> {
  return {
    '/metrics': () => {
      const now = running();
      if (!now) return said({ ok: false, why: BETWEEN });
      const all = [...now.metrics.snapshot(), ...metrics.snapshot()];
      const body = prometheusText(all, { node });
      return { status: 200, type: PROMETHEUS_CONTENT_TYPE, body };
    },
    '/live': () => said(liveness(running()?.states() ?? [])),
    '/ready': () => {
      const now = running();
      return said(now ? readiness(now.states(), now.standing) : { ok: false, why: BETWEEN });
    },
  };
}

function said({ ok, why }: Finding): Page {
  return { status: ok ? 200 : 503, type: 'text/plain; charset=utf-8', body: `${why}\n` };
}
