/**
 * The metrics of a node in the text format of Prometheus, version 0.0.4. Each series says its node,
 * and the part of it that counts; those of the kernel itself name no part.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import { BUCKET_BOUNDS } from '../kernel/log-buckets.ts';
import type {
  CounterSnapshot,
  GaugeSnapshot,
  HistogramSnapshot,
  MetricSnapshot,
} from '../kernel/metrics.ts';

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = readonly (readonly [name: string, value: string])[];

/** Metrics of one name stand together, in the sequence of the snapshot. Never throws. */
export function prometheusText(
  snapshot: readonly MetricSnapshot[],
  { node }: { readonly node: string },
): string {
  const lines: string[] = [];
  for (const [name, [first, ...more]] of Map.groupBy(snapshot, (one) => one.name)) {
    if (!first) continue;
    lines.push(`# HELP ${name} ${escapedHelp(first.help)}`, `# TYPE ${name} ${first.kind}`);
    for (const one of [first, ...more]) {
      const part: Labels = one.instance === '' ? [] : [['part', one.instance]];
      lines.push(...samples(one, [['node', node], ...part]));
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

function samples(one: MetricSnapshot, labels: Labels): readonly string[] {
  if (one.kind === 'counter') return counted(one, labels);
  return one.kind === 'gauge' ? gauged(one, labels) : measured(one, labels);
}

/** One series per label; what has none has a series without it, so that the sum is right. */
function counted({ name, value, by, labels: parts }: CounterSnapshot, labels: Labels) {
  const entries = Object.entries(parts);
  const plain = entries.reduce((left, [, part]) => left - part, value);
  const labelled = entries.map(([label, part]) => sample(name, [...labels, [by, label]], part));
  return plain > 0 || entries.length === 0 ? [sample(name, labels, plain), ...labelled] : labelled;
}

function gauged({ name, value }: GaugeSnapshot, labels: Labels) {
  return [sample(name, labels, value)];
}

function measured({ name, atMost, sum, count }: HistogramSnapshot, labels: Labels) {
  const bucket = (le: string, value: number): string =>
    sample(`${name}_bucket`, [...labels, ['le', le]], value);
  return [
    ...BUCKET_BOUNDS.map((bound, at) => bucket(printed(bound), atMost[at] ?? 0)),
    bucket('+Inf', count),
    sample(`${name}_sum`, labels, sum),
    sample(`${name}_count`, labels, count),
  ];
}

function sample(name: string, labels: Labels, value: number): string {
  const inside = labels.map(([label, text]) => `${label}="${escapedLabel(text)}"`).join(',');
  return `${name}{${inside}} ${printed(value)}`;
}

function printed(value: number): string {
  if (Math.abs(value) !== Infinity) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function escapedHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapedLabel(text: string): string {
  return escapedHelp(text).replaceAll('"', '\\"');
}
