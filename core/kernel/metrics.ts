/**
 * Numbers about a node, in memory. Counting is an addition; whoever wants to look takes a snapshot.
 * Each instance has its own series under a shared name, so two transports do not add up unseen.
 */
import { must, type Counter, type Histogram, type Metrics } from '../contract/index.ts';
import { LogBuckets } from './log-buckets.ts';

/** Labels per counter; what comes later is counted under `other`, so that memory stays bounded. */
const labelsMax = 100;
/** Series per node: far above what plugins declare, so that a leak is noticed. */
const seriesMax = 10_000;

interface Named {
  readonly name: string;
  readonly help: string;
  /** Which instance counts; empty for the kernel itself. */
  readonly instance: string;
}
export interface CounterSnapshot extends Named {
  readonly kind: 'counter';
  /** The sum over all labels. */
  readonly value: number;
  readonly labels: Readonly<Record<string, number>>;
}
export interface GaugeSnapshot extends Named {
  readonly kind: 'gauge';
  readonly value: number;
}
export interface HistogramSnapshot extends Named {
  readonly kind: 'histogram';
  readonly count: number;
  readonly sum: number;
  readonly max: number;
  /** Upper bounds of the buckets in which these quantiles lie: at most 10 % too high. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}
export type MetricSnapshot = CounterSnapshot | GaugeSnapshot | HistogramSnapshot;

class LabelledCounter implements Counter {
  #plain = 0;
  readonly #labels = new Map<string, number>();

  add(by = 1, label?: string): void {
    if (label === undefined) {
      this.#plain += by;
      return;
    }
    const known = this.#labels.get(label);
    if (known !== undefined) this.#labels.set(label, known + by);
    else this.#addNew(label, by);
  }

  #addNew(label: string, by: number): void {
    const key = this.#labels.size < labelsMax ? label : 'other';
    this.#labels.set(key, (this.#labels.get(key) ?? 0) + by);
  }

  read(): { value: number; labels: Readonly<Record<string, number>> } {
    let value = this.#plain;
    for (const part of this.#labels.values()) value += part;
    return { value, labels: Object.fromEntries(this.#labels) };
  }
}

interface Series extends Named {
  readonly kind: MetricSnapshot['kind'];
  /** What was handed out for it. */
  readonly handle: LabelledCounter | LogBuckets | undefined;
  readonly snapshot: () => MetricSnapshot;
}

export class MetricsRegistry implements Metrics {
  readonly #series = new Map<string, Series>();

  /** The same registry as one instance sees it. */
  of(instance: string): Metrics {
    return {
      counter: (name, help) => this.#counter({ name, help, instance }),
      histogram: (name, help) => this.#histogram({ name, help, instance }),
      gauge: (name, help, read) => this.#gauge({ name, help, instance }, read),
    };
  }

  counter(name: string, help: string): Counter {
    return this.#counter({ name, help, instance: '' });
  }
  histogram(name: string, help: string): Histogram {
    return this.#histogram({ name, help, instance: '' });
  }
  gauge(name: string, help: string, read: () => number): void {
    this.#gauge({ name, help, instance: '' }, read);
  }

  /** Everything as it stands now, by name and instance. Gauges are read here and nowhere else. */
  snapshot(): readonly MetricSnapshot[] {
    const keys = [...this.#series.keys()].sort();
    return keys.map((key) => this.#series.get(key)?.snapshot()).filter((one) => one !== undefined);
  }

  #counter(named: Named): Counter {
    const known = this.#find(named, 'counter');
    if (known?.handle instanceof LabelledCounter) return known.handle;
    const handle = new LabelledCounter();
    this.#keep({
      ...named,
      kind: 'counter',
      handle,
      snapshot: () => ({ ...named, kind: 'counter', ...handle.read() }),
    });
    return handle;
  }

  #histogram(named: Named): Histogram {
    const known = this.#find(named, 'histogram');
    if (known?.handle instanceof LogBuckets) return known.handle;
    const handle = new LogBuckets();
    this.#keep({
      ...named,
      kind: 'histogram',
      handle,
      snapshot: () => ({ ...named, kind: 'histogram', ...handle.read() }),
    });
    return handle;
  }

  #gauge(named: Named, read: () => number): void {
    this.#find(named, 'gauge');
    const snapshot = (): GaugeSnapshot => ({ ...named, kind: 'gauge', value: read() });
    this.#keep({ ...named, kind: 'gauge', handle: undefined, snapshot });
  }

  #find(named: Named, kind: Series['kind']): Series | undefined {
    const known = this.#series.get(keyOf(named));
    must(!known || known.kind === kind, `${named.name} is a ${known?.kind}, not a ${kind}`);
    return known;
  }

  #keep(series: Series): void {
    this.#series.set(keyOf(series), series);
    must(this.#series.size <= seriesMax, `more than ${seriesMax} metrics`);
  }
}

function keyOf({ name, instance }: Named): string {
  return `${name} ${instance}`;
}
