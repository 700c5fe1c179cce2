/** Counters, gauges and histograms of a part, one a row. */
import type { MetricView } from '../../core/admin/protocol/index.ts';
import { count, short } from '../draw/format.ts';
import { line, span, type Line, type Span } from '../draw/line.ts';
import { fit, widthOf } from '../draw/text.ts';
import { SIGNS } from '../draw/signs.ts';

const NAME_CELLS = 40;
const VALUE_CELLS = 14;
/** Less of a help tells nothing. */
const HELP_CELLS_LEAST = 16;

/** `nameCells`: where others stand below one another; otherwise as many as the names need. */
export function metricLines(
  metrics: readonly MetricView[],
  columns: number,
  nameCells?: number,
): readonly Line[] {
  const longest = Math.max(0, ...metrics.map((metric) => metric.name.length));
  const name = nameCells ?? Math.min(NAME_CELLS, Math.floor(columns / 2), longest);
  return metrics.map((metric) => {
    const label = labelOf(metric, name);
    const fits = columns - widthOf(label.text) - 1 >= HELP_CELLS_LEAST;
    return line(label, span(fits ? ` ${metric.help}` : '', 'dim'));
  });
}

/** Its name and its value. */
export function labelOf(metric: MetricView, nameCells: number): Span {
  return span(
    ` ${fit(metric.name, nameCells, SIGNS.cut)} ${valueText(metric).padEnd(VALUE_CELLS)}`,
  );
}

/** How many, and how high. */
export function quantilesText({ value, p50, p90, p99, max }: MetricView): string {
  if (value === 0) return 'none yet';
  const high = `p50 ${short(p50)}  p90 ${short(p90)}  p99 ${short(p99)}  max ${short(max)}`;
  return `${short(value)}: ${high}`;
}

function valueText(metric: MetricView): string {
  const { kind, value, labels } = metric;
  if (kind === 'histogram') return quantilesText(metric);
  const parts = Object.entries(labels ?? {}).map(([label, of]) => `${label} ${count(of)}`);
  const sum = Number.isInteger(value) ? count(value) : short(value);
  return parts.length > 0 ? `${sum} (${parts.join(', ')})` : sum;
}
