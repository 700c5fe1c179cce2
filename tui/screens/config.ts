/** The effective configuration, and where each setting comes from. */
import type { SettingRow } from '../../core/admin/protocol/index.ts';
import { viewOf } from '../model/data.ts';
import { pictured, type State } from '../model/ui.ts';
import { span, type Line } from '../draw/line.ts';
import type { Column } from '../draw/table.ts';
import { detailPanel, fieldLines } from './detail.ts';
import { listPanel } from './list-panel.ts';

const columnsOf: readonly Column<SettingRow>[] = [
  { head: 'SETTING', width: 32, weight: 1, cell: ({ path }) => path },
  { head: 'VALUE', width: 20, weight: 1, grows: true, cell: ({ value }) => value },
  {
    head: 'FROM',
    width: 20,
    weight: 2,
    cell: ({ where }) => (where === undefined ? span('default', 'dim') : where),
  },
];

export function configScreen(state: State, columns: number, rows: number): readonly Line[] {
  const { detail } = state.ui;
  const view = viewOf(pictured(state), 'config');
  if (!detail) {
    const title = `Settings of ${view?.file ?? 'the file'}`;
    const note = view ? `hash ${view.hash.slice(0, 12)}` : '';
    return listPanel(state, { title, note, columns, rows }, columnsOf);
  }
  const row = view?.settings.find(({ path }) => path === detail.key) ?? (detail.row as SettingRow);
  const fields = fieldLines({ value: row.value, from: row.where ?? 'default' });
  return detailPanel({ title: row.path, columns, rows }, detail.top, fields);
}
