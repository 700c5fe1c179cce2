/** Numbers of a node by their names, as views want them. */
import { BUCKET_BOUNDS } from '../../kernel/log-buckets.ts';
import type { HistogramSnapshot, MetricSnapshot } from '../../kernel/metrics.ts';
import type { MetricView, Quantiles, Step } from '../protocol/index.ts';

/** Of each part. */
const PART_TROUBLE = 'im_part_trouble';

export class Series {
  readonly #all: readonly MetricSnapshot[];

  constructor(all: readonly MetricSnapshot[]) {
    this.#all = all;
  }

  /** Of the kernel: a counter's sum, or a gauge's value; 0: there is none. */
  number(name: string): number {
    const found = this.#find(name);
    return found && found.kind !== 'histogram' && isTold(found) ? found.value : 0;
  }

  labels(name: string): Readonly<Record<string, number>> {
    const found = this.#find(name);
    return found?.kind === 'counter' ? found.labels : {};
  }

  quantiles(name: string): Quantiles {
    const found = this.#find(name);
    if (found?.kind !== 'histogram') return { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };
    return quantilesOf(found);
  }

  /** All of one instance, but for what its state says already. */
  of(instance: string): MetricView[] {
    const own = this.#all.filter((one) => one.instance === instance && one.name !== PART_TROUBLE);
    return own.filter(isTold).map(metricView);
  }

  #find(name: string): MetricSnapshot | undefined {
    return this.#all.find((one) => one.name === name && one.instance === '');
  }
}

/** A gauge that fails has no number, and JSON has no word for that. */
function isTold(one: MetricSnapshot): boolean {
  return one.kind === 'histogram' || Number.isFinite(one.value);
}

function quantilesOf({ count, p50, p90, p99, max }: HistogramSnapshot): Quantiles {
  return { count, p50, p90, p99, max };
}

/** From the first that has any to the last. */
function stepsOf({ atMost, count, max }: HistogramSnapshot): Step[] {
  const bounds = [...BUCKET_BOUNDS, Math.max(max, BUCKET_BOUNDS.at(-1) ?? 0)];
  const sums = [...atMost, count];
  const steps = bounds.map((upTo, at) => {
    return { upTo, count: (sums[at] ?? 0) - (at === 0 ? 0 : (sums[at - 1] ?? 0)) };
  });
  const first = steps.findIndex((step) => step.count > 0);
  return first < 0 ? [] : steps.slice(first, steps.findLastIndex((step) => step.count > 0) + 1);
}

function metricView(one: MetricSnapshot): MetricView {
  const { name, kind, help } = one;
  if (one.kind === 'histogram') {
    const { count, ...rest } = quantilesOf(one);
    const steps = stepsOf(one);
    return { name, kind, help, value: count, ...rest, ...(steps.length > 0 && { steps }) };
  }
  const { value } = one;
  if (one.kind === 'gauge') return { name, kind, help, value };
  const labels = Object.keys(one.labels).length > 0 ? { labels: { ...one.labels } } : {};
  return { name, kind, help, value, ...labels };
}
