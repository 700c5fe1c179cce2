/**
 * Numbers about a node, in memory. Counting is an addition; whoever wants to look takes a snapshot.
 * Each instance has its own series under a shared name, so two transports do not add up unseen.
 */
import { must, type Counter, type Histogram, type Metrics } from '../contract/index.ts';
import { LogBuckets, type BucketsRead } from './log-buckets.ts';

/** Labels per counter; what comes later is counted under `other`, so that memory stays bounded. */
const labelsMax = 100;
/** Series per node: far above what plugins declare, so that a leak is noticed. */
const seriesMax = 10_000;

/** What every reader of metrics takes for a name. */
const NAME = /^[a-z][a-z0-9_]*$/;
/** What a histogram's own series end in. */
const OF_HISTOGRAMS = /_(?:bucket|sum|count)$/;
/** Labels that every series may have. */
const OWN_LABELS = new Set(['node', 'part', 'le']);

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
  /** What the labels tell apart, such as `code`. */
  readonly by: string;
  readonly labels: Readonly<Record<string, number>>;
}
export interface GaugeSnapshot extends Named {
  readonly kind: 'gauge';
  /** NaN: it could not be read. */
  readonly value: number;
}
export interface HistogramSnapshot extends Named, BucketsRead {
  readonly kind: 'histogram';
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

interface Family {
  readonly kind: MetricSnapshot['kind'];
  readonly by: string | undefined;
}

interface Series extends Named {
  /** What was handed out for it. */
  readonly handle: LabelledCounter | LogBuckets | undefined;
  readonly snapshot: () => MetricSnapshot;
}

export class MetricsRegistry implements Metrics {
  readonly #series = new Map<string, Series>();
  /** By name: what holds in all instances. */
  readonly #families = new Map<string, Family>();

  /** The same registry as one instance sees it. */
  of(instance: string): Metrics {
    return {
      counter: (name, help, by) => this.#counter({ name, help, instance }, by),
      histogram: (name, help) => this.#histogram({ name, help, instance }),
      gauge: (name, help, read) => this.#gauge({ name, help, instance }, read),
    };
  }

  counter(name: string, help: string, by?: string): Counter {
    return this.#counter({ name, help, instance: '' }, by);
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

  #counter(named: Named, by = 'label'): Counter {
    must(NAME.test(by) && !OWN_LABELS.has(by), `"${by}" is no label for ${named.name}`);
    const known = this.#find(named, { kind: 'counter', by });
    if (known?.handle instanceof LabelledCounter) return known.handle;
    const handle = new LabelledCounter();
    this.#keep({
      ...named,
      handle,
      snapshot: () => ({ ...named, kind: 'counter', by, ...handle.read() }),
    });
    return handle;
  }

  #histogram(named: Named): Histogram {
    const known = this.#find(named, { kind: 'histogram', by: undefined });
    if (known?.handle instanceof LogBuckets) return known.handle;
    const handle = new LogBuckets();
    this.#keep({
      ...named,
      handle,
      snapshot: () => ({ ...named, kind: 'histogram', ...handle.read() }),
    });
    return handle;
  }

  #gauge(named: Named, read: () => number): void {
    this.#find(named, { kind: 'gauge', by: undefined });
    const snapshot = (): GaugeSnapshot => ({ ...named, kind: 'gauge', value: tryRead(read) });
    this.#keep({ ...named, handle: undefined, snapshot });
  }

  #find(named: Named, { kind, by }: Family): Series | undefined {
    const { name } = named;
    must(NAME.test(name) && !OF_HISTOGRAMS.test(name), `"${name}" is no name for a metric`);
    const family = this.#families.get(name) ?? { kind, by };
    must(family.kind === kind, `${name} is a ${family.kind}, not a ${kind}`);
    must(family.by === by, `${name} is counted by ${family.by}, not by ${by}`);
    this.#families.set(name, family);
    return this.#series.get(keyOf(named));
  }

  #keep(series: Series): void {
    this.#series.set(keyOf(series), series);
    must(this.#series.size <= seriesMax, `more than ${seriesMax} metrics`);
  }
}

/** One gauge of a plugin that fails must not hide all others. */
function tryRead(read: () => number): number {
  try {
    return read();
  } catch {
    return NaN;
  }
}

function keyOf({ name, instance }: Named): string {
  return `${name} ${instance}`;
}
