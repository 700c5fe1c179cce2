/** The plugins of a node: what they are and how they are; any one with settings and counters. */
import type { PluginDetail, PluginRow } from '../../core/admin/protocol/index.ts';
import { viewOf } from '../model/data.ts';
import { pictured, type State } from '../model/ui.ts';
import { ms } from '../draw/format.ts';
import { line, span, type Line } from '../draw/line.ts';
import { signOf, stateSpan } from '../draw/signs.ts';
import type { Column } from '../draw/table.ts';
import { detailPanel, fieldLines, heading, waiting } from './detail.ts';
import { listPanel } from './list-panel.ts';
import { metricLines } from './metrics.ts';

export const pluginColumns: readonly Column<PluginRow>[] = [
  { head: 'PLUGIN', width: 16, weight: 1, sort: 'name', cell: ({ name }) => name },
  {
    head: 'STATE',
    width: 10,
    weight: 1,
    sort: 'state',
    cell: ({ state }) => stateSpan(signOf(state), state),
  },
  { head: 'ROLE', width: 14, weight: 2, sort: 'role', cell: ({ role }) => role },
  { head: 'TYPE', width: 14, weight: 3, cell: ({ type }) => type },
  {
    head: 'START',
    width: 7,
    weight: 5,
    right: true,
    sort: 'startMs',
    cell: (row) => ms(row.startMs),
  },
  { head: 'STABILITY', width: 12, weight: 6, cell: ({ stability }) => stability },
  { head: 'WHY', width: 12, weight: 4, grows: true, cell: whyCell },
];

function whyCell({ why, code, summary }: PluginRow): ReturnType<typeof span> {
  if (why === undefined) return span(summary, 'dim');
  return span(code === undefined ? why : `${code} ${why}`, 'warn');
}

export function pluginsScreen(state: State, columns: number, rows: number): readonly Line[] {
  const { detail } = state.ui;
  const data = pictured(state);
  if (!detail) return listPanel(state, { title: 'Plugins', columns, rows }, pluginColumns);
  const view = viewOf(data, 'plugin show');
  const known = view?.name === detail.key;
  const lines = known
    ? pluginLines(view, columns - 2)
    : waiting(data.views.get('plugin show')?.problem);
  return detailPanel({ title: `Plugin ${detail.key}`, columns, rows }, detail.top, lines);
}

function pluginLines(view: PluginDetail, columns: number): readonly Line[] {
  const settings = view.settings.map(({ path, value, where }) => {
    return line(` ${path}: ${value}  `, span(where ?? 'default', 'dim'));
  });
  return [
    line(span(` ${'state'.padEnd(20)}`, 'dim'), stateSpan(signOf(view.state), view.state)),
    ...fieldLines({
      role: view.role,
      type: view.type,
      what: view.summary,
      stability: view.stability,
      start: ms(view.startMs),
      why: view.why,
      code: view.code,
      'what to do': view.act,
    }),
    ...heading('Settings'),
    ...settings,
    ...heading('Counters'),
    ...metricLines(view.metrics, columns),
  ];
}
