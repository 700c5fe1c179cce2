/** The rows of the list on screen, wherever they come from. */
import type { Screen } from '../../core/admin/verbs.ts';
import { clusterOf, viewOf, type Data } from './data.ts';
import { moved, settled, type Window } from './list.ts';
import { LISTS } from './screens.ts';
import { sifts } from './sift.ts';
import { listOf, pictured, withList, type State, type Ui } from './ui.ts';

/** A row of any list: what it holds, the screen knows. */
export type Row = object;

const NONE: Window<Row> = { rows: [], offset: 0, total: 0 };

export function windowOf(data: Data, ui: Ui): Window<Row> {
  switch (ui.screen) {
    case 'sessions':
    case 'conversations':
    case 'plugins':
    case 'dead-letters':
      return fetched(data, ui.screen);
    case 'cluster':
      return whole(clusterOf(data)?.nodes ?? []);
    case 'events':
      return whole(eventRows(data, ui).filter(sifts(listOf(ui).filter)));
    case 'config':
      return whole(viewOf(data, 'config')?.settings ?? []);
    case 'overview':
    case 'store':
    case 'ordering':
    default:
      return NONE;
  }
}

function eventRows(data: Data, { acts }: Ui): readonly Row[] {
  return acts ? (viewOf(data, 'acts')?.acts ?? []) : data.events;
}

type Fetched = 'sessions' | 'conversations' | 'plugins' | 'dead-letters';

function fetched(data: Data, screen: Fetched): Window<Row> {
  const shown = viewOf(data, screen);
  const query = new URLSearchParams(data.views.get(screen)?.topic.split('?')[1]);
  return shown ? { ...shown, offset: Number(query.get('offset') ?? 0) } : NONE;
}

function whole<R extends Row>(rows: readonly R[]): Window<R> {
  return { rows, offset: 0, total: rows.length };
}

export function keyOf(screen: Screen): (row: Row) => string {
  const names = (LISTS[screen]?.key ?? '').split(' ');
  return (row) => {
    const values = new Map<string, string | number>(Object.entries(row));
    return names.map((name) => values.get(name) ?? '').join(' ');
  };
}

/** Header, screens and keys; the frame of the panel, and the heads of the columns. */
const AROUND_ROWS = 6;

/** Rows of a list that fit on the screen. */
export function listHeight({ rows }: Ui): number {
  return Math.max(1, rows - AROUND_ROWS);
}

export function chosenRow(state: State): Row | undefined {
  const { rows, offset } = windowOf(pictured(state), state.ui);
  return rows[listOf(state.ui).index - offset];
}

/** Moves the choice of the list on screen. */
export function choose(state: State, to: number): State {
  const { ui } = state;
  const window = windowOf(pictured(state), ui);
  const list = moved(listOf(ui), to, keyOf(ui.screen), window, listHeight(ui));
  return { ...state, ui: withList(ui, list) };
}

/** After data have come, or the size has changed. */
export function settle(state: State): State {
  const { ui } = state;
  if (!LISTS[ui.screen]) return state;
  const window = windowOf(pictured(state), ui);
  if (window.total === 0) return state;
  if (ui.screen === 'events' && ui.following && !ui.acts) return choose(state, window.total - 1);
  const list = settled(listOf(ui), keyOf(ui.screen), window, listHeight(ui));
  return { ...state, ui: withList(ui, list) };
}
