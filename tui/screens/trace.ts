/** The life of one message, as it was told when it was asked for. */
import { traceLines } from '../../core/admin/trace-lines.ts';
import type { Output } from '../../core/admin/verbs.ts';
import type { Detail } from '../model/ui.ts';
import { clockMs } from '../draw/format.ts';
import { line, type Line } from '../draw/line.ts';
import type { Box } from '../draw/panel.ts';
import { detailPanel } from './detail.ts';

export function tracePanel({ key, row, top }: Detail, box: Box): readonly Line[] {
  const trace = row as Output<'trace'>;
  const lines = traceLines(trace, clockMs).map((text) => line(` ${text}`));
  const note = `by ${trace.nodes.map(({ node }) => node).join(', ')}`;
  return detailPanel({ ...box, title: `Trace of ${key}`, note }, top, lines);
}
