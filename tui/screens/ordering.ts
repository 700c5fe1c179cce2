/** The ordering of each kind of conversation. */
import type { OrderingView } from '../../core/admin/protocol/index.ts';
import { viewOf } from '../model/data.ts';
import { pictured, type State } from '../model/ui.ts';
import { ms } from '../draw/format.ts';
import { line, span, type Line } from '../draw/line.ts';
import { panel } from '../draw/panel.ts';
import { waiting } from './conversations.ts';
import { metricLines } from './metrics.ts';

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
    return panel(
      { title: 'Ordering', columns, rows },
      waiting(data.views.get('ordering')?.problem),
    );
  }
  const height = Math.floor(rows / kinds.length);
  return kinds.flatMap((kind, i) => {
    const own = i === kinds.length - 1 ? rows - height * i : height;
    const lines = [...orderingLines(kind), [], ...metricLines(kind.metrics, columns - 2)];
    return panel({ title: `Ordering of ${kind.kind}`, note: kind.type, columns, rows: own }, lines);
  });
}
