/** The ordering of each kind of conversation: what readers hold now, and what it measured. */
import type { MetricView, OrderingView } from '../../core/admin/protocol/index.ts';
import { viewOf, type Data } from '../model/data.ts';
import { ringAt } from '../model/history.ts';
import { orderingRing } from '../model/measures.ts';
import { pictured, type State } from '../model/ui.ts';
import { columnChart } from '../draw/columns.ts';
import { ms } from '../draw/format.ts';
import { line, span, type Line } from '../draw/line.ts';
import { panel } from '../draw/panel.ts';
import { SIGNS } from '../draw/signs.ts';
import { bar, spark } from '../draw/spark.ts';
import { waiting } from './detail.ts';
import { labelOf, metricLines, quantilesText } from './metrics.ts';

type Kind = OrderingView['kinds'][number];

export function orderingLines({ kind, type, name, holdMs, maxHoldMs }: Kind): readonly Line[] {
  const hold =
    holdMs === 0
      ? 'readers hold only at a gap'
      : `readers hold for ${ms(holdMs)}, at most ${ms(maxHoldMs)}`;
  const named = span(` ${kind.padEnd(7)}`, 'strong');
  return [line(named, `${name} (${type})  ${hold}`)];
}

export function orderingScreen(state: State, columns: number, rows: number): readonly Line[] {
  const data = pictured(state);
  const kinds = viewOf(data, 'ordering')?.kinds;
  if (!kinds || kinds.length === 0) {
    const problem = data.views.get('ordering')?.problem;
    return panel({ title: 'Ordering', columns, rows }, waiting(problem));
  }
  const groups = [...Map.groupBy(kinds, ({ name }) => name).values()];
  const heights = shared(
    groups.map(([first]) => heightOf(first)),
    rows,
  );
  return groups.flatMap(([first, ...others], i) => {
    if (!first) return [];
    const title = `Ordering of ${[first, ...others].map(({ kind }) => kind).join(' and ')}`;
    const box = { title, note: `${first.name} (${first.type})`, columns, rows: heights[i] ?? 0 };
    return panel(box, kindLines(data, first, columns - 2, box.rows - 2));
  });
}

/** Head and counters; a histogram has its columns, their bounds and a mark, too. */
const CHART_ROWS = 3;

function heightOf(kind: Kind | undefined): number {
  const metrics = kind?.metrics ?? [];
  const charts = metrics.filter(({ steps }) => steps).length;
  return 3 + metrics.length + charts * CHART_ROWS;
}

/** Who needs less than half leaves the rest to the other; there are two at most. */
function shared([first = 0, second]: readonly number[], rows: number): readonly number[] {
  if (second === undefined) return [rows];
  const half = Math.floor(rows / 2);
  const left = rows - first - second;
  const needed = first <= half ? first : Math.max(half, rows - second);
  const upper = left >= 0 ? first + Math.floor(left / 2) : needed;
  return [upper, rows - upper];
}

function kindLines(data: Data, kind: Kind, columns: number, rows: number): readonly Line[] {
  const { metrics } = kind;
  const measured = metrics.filter((metric) => metric.kind === 'histogram');
  const gauges = metrics.filter((metric) => metric.kind === 'gauge');
  const counters = metrics.filter((metric) => metric.kind === 'counter');
  const drawn = measured.filter(({ steps }) => steps).length;
  const spare = rows - 1 - metrics.length - drawn * CHART_ROWS;
  const high = drawn === 0 ? 0 : 1 + Math.max(0, Math.min(7, Math.floor(spare / drawn)));
  return cut(
    [
      holdLine(data, kind, columns),
      ...measured.flatMap((metric) => histogramLines(metric, kind, columns, high)),
      ...gauges.map((metric) => gaugeLine(data, kind, metric, columns)),
      ...metricLines(counters, columns, NAME_CELLS),
    ],
    rows,
  );
}

function cut(lines: readonly Line[], rows: number): readonly Line[] {
  if (lines.length <= rows) return lines;
  const more = `${SIGNS.cut} ${lines.length - rows + 1} more: im ordering`;
  return [...lines.slice(0, rows - 1), line(span(` ${more}`, 'dim'))];
}

const NAME_CELLS = 27;
const BAR_CELLS = 12;

function holdLine(data: Data, kind: Kind, columns: number): Line {
  const { holdMs, maxHoldMs } = kind;
  const most = `of at most ${ms(maxHoldMs)}`;
  if (holdMs === 0) return line(` readers hold only at a gap, ${ms(maxHoldMs)} at most`);
  const text = ` readers hold ${ms(holdMs)} `;
  const share = span(bar(holdMs / maxHoldMs, BAR_CELLS), 'good');
  const picture = sparkOf(data, orderingRing(kind.kind), columns - 50);
  return line(text, share, ` ${most} `, picture);
}

function sparkOf(data: Data, ring: string, room: number): Line {
  const values = ringAt(data.rings.get(ring), data.now);
  return [span(spark(values, Math.max(0, Math.min(60, room))), 'info')];
}

function histogramLines(
  metric: MetricView,
  { holdMs }: Kind,
  columns: number,
  rows: number,
): readonly Line[] {
  const { name, steps, help } = metric;
  const head = line(` ${name}  ${quantilesText(metric)}  `, span(help, 'dim'));
  if (!steps) return [head];
  const isTime = name.endsWith('_ms');
  const mark = isTime ? { value: holdMs, text: `held for ${ms(holdMs)} now` } : undefined;
  const unit = isTime ? 'ms, or less' : 'or less';
  return [head, ...columnChart(steps, { columns, rows, unit, ...(mark && { mark }) })];
}

function gaugeLine(data: Data, { kind }: Kind, metric: MetricView, columns: number): Line {
  const { name, help } = metric;
  const picture = sparkOf(data, orderingRing(kind, name), Math.floor((columns - 40) / 2));
  return line(labelOf(metric, NAME_CELLS), ' ', picture, span(` ${help}`, 'dim'));
}
