/** Counters, gauges and histograms of a part, one a row. */
import type { MetricView } from '../../core/admin/protocol/index.ts';
import { count, short } from '../draw/format.ts';
import { line, span, type Line } from '../draw/line.ts';
import { fit } from '../draw/text.ts';
import { SIGNS } from '../draw/signs.ts';

const NAME_CELLS = 40;

export function metricLines(metrics: readonly MetricView[], columns: number): readonly Line[] {
  const name = Math.min(NAME_CELLS, Math.floor(columns / 2));
  return metrics.map((metric) => {
    const label = span(` ${fit(metric.name, name, SIGNS.cut)} `);
    return line(label, span(valueText(metric).padEnd(14)), span(` ${metric.help}`, 'dim'));
  });
}

function valueText({ kind, value, labels, p50, p99, max }: MetricView): string {
  if (kind === 'histogram') {
    return `${short(value)}: p50 ${short(p50)}  p99 ${short(p99)}  max ${short(max)}`;
  }
  const parts = Object.entries(labels ?? {}).map(([label, of]) => `${label} ${count(of)}`);
  const sum = Number.isInteger(value) ? count(value) : short(value);
  return parts.length > 0 ? `${sum} (${parts.join(', ')})` : sum;
}
