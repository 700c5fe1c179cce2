/** A list as high as the screen: its total, what it is sorted and filtered by, its rows. */
import { marks } from '../model/marks.ts';
import { listHeight, windowOf } from '../model/rows.ts';
import { listOf, pictured, type State } from '../model/ui.ts';
import { line, span, type Line } from '../draw/line.ts';
import { panel, type Box } from '../draw/panel.ts';
import { count } from '../draw/format.ts';
import { table, type Column } from '../draw/table.ts';

export function listPanel<R extends object>(
  state: State,
  box: Box,
  columns: readonly Column<R>[],
): readonly Line[] {
  const { ui } = state;
  const data = pictured(state);
  const list = listOf(ui);
  const { rows, offset, total } = windowOf(data, ui);
  const shown = Math.min(listHeight(ui), Math.max(0, total - list.top));
  const visible = Array.from({ length: shown }, (_, i) => rows[list.top + i - offset]);
  const place = total === 0 ? '' : `${count(list.index + 1)}/${count(total)}`;
  const marked = marks(ui) && ui.marked.size > 0 ? `${count(ui.marked.size)} marked` : '';
  const notes = [box.note ?? '', marked, sortNote(list.sort), filterNote(list.filter), place];
  const note = notes.filter((one) => one !== '').join('  ');
  const look = { columns: box.columns - 2, sort: list.sort, wide: ui.wide };
  const lines = table(columns, visible as readonly (R | undefined)[], {
    ...look,
    chosen: list.index - list.top,
  });
  const nothing = emptyNote(state, total);
  const title = `${box.title} ${count(total)}`;
  return panel({ ...box, title, note }, nothing ? [...lines, nothing] : lines);
}

function sortNote(sort: string): string {
  if (sort === '') return '';
  return sort.startsWith('-') ? `sort ${sort.slice(1)}↓` : `sort ${sort}↑`;
}

function filterNote(filter: string): string {
  return filter === '' ? '' : `filter ${filter}`;
}

/** Why there is nothing: nobody said yet, or it cannot be had, or there is none. */
function emptyNote(state: State, total: number): Line | undefined {
  if (total > 0) return undefined;
  const { screen } = state.ui;
  const words = screen === 'events' && state.ui.acts ? 'acts' : screen;
  const here = screen === 'cluster' || (screen === 'events' && !state.ui.acts);
  const shown = pictured(state).views.get(words);
  if (shown?.problem)
    return line(' ', span(`✖ ${shown.problem.code} ${shown.problem.message}`, 'bad'));
  const text = shown?.view !== undefined || here ? 'nothing to show' : 'not told yet …';
  return line(span(` ${text}`, 'dim'));
}
