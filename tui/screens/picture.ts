/** The whole screen: so many rows, each of so many cells, whatever the state is. */
import type { Screen } from '../../core/admin/verbs.ts';
import { clusterOf } from '../model/data.ts';
import type { State } from '../model/ui.ts';
import { fitLine, line, recast, span, textOf, type Line } from '../draw/line.ts';
import { over } from '../draw/panel.ts';
import { asciiLine } from '../draw/signs.ts';
import { clusterScreen } from './cluster.ts';
import { configScreen } from './config.ts';
import { conversationsScreen } from './conversations.ts';
import { dialogBox } from './dialog-box.ts';
import { eventsScreen } from './events.ts';
import { aboveFooter, footer } from './footer.ts';
import { header, isPast, tabs } from './header.ts';
import { helpScreen } from './help.ts';
import { orderingScreen } from './ordering.ts';
import { overviewScreen } from './overview.ts';
import { deadLettersScreen } from './dead-letters.ts';
import { pluginsScreen } from './plugins.ts';
import { sessionsScreen } from './sessions.ts';
import { storeScreen } from './store.ts';

export interface Look {
  readonly ascii: boolean;
  /** Of this program. */
  readonly version: string;
}

const COLUMNS_LEAST = 60;
const ROWS_LEAST = 16;

type Draw = (state: State, columns: number, rows: number) => readonly Line[];

const DRAWS: Readonly<Record<Screen, Draw>> = {
  overview: overviewScreen,
  sessions: sessionsScreen,
  conversations: conversationsScreen,
  plugins: pluginsScreen,
  'dead-letters': deadLettersScreen,
  store: storeScreen,
  ordering: orderingScreen,
  cluster: clusterScreen,
  events: eventsScreen,
  config: configScreen,
};

export function picture(state: State, { ascii, version }: Look): readonly Line[] {
  const { columns, rows } = state.ui;
  const small = columns < COLUMNS_LEAST || rows < ROWS_LEAST;
  const lines = small ? tooSmall(columns, rows) : screenOf(state, version);
  const exact = Array.from({ length: rows }, (_, i) => fitLine(lines[i] ?? [], columns));
  return ascii ? exact.map(asciiLine) : exact;
}

/** More than anything that is shown alone has. */
const DETAIL_ROWS_MAX = 2_000;
const FRAME_ROWS = 2;

/** Whatever was pressed, what is open goes no further than its last row. */
export function atMostToEnd(state: State): State {
  const { ui } = state;
  const { detail, columns, screen } = ui;
  if (!detail || detail.top === 0) return state;
  const whole = { ...state, ui: { ...ui, detail: { ...detail, top: 0 } } };
  const drawn = DRAWS[screen](whole, columns, DETAIL_ROWS_MAX).slice(1, -1);
  const last = drawn.findLastIndex((one) => /[^\s│]/u.test(textOf(one)));
  const top = Math.min(detail.top, Math.max(0, last + 1 - (ui.rows - AROUND_ROWS - FRAME_ROWS)));
  return top === detail.top ? state : { ...state, ui: { ...ui, detail: { ...detail, top } } };
}

function tooSmall(columns: number, rows: number): readonly Line[] {
  const needs = `needs ${COLUMNS_LEAST}×${ROWS_LEAST}`;
  return [line(span(needs, 'warn')), line(`has ${columns}×${rows}`), line('q quits')];
}

/** Header, tabs and footer. */
const AROUND_ROWS = 3;

function screenOf(state: State, version: string): readonly Line[] {
  const { ui, data } = state;
  const { columns, dialog } = ui;
  const rows = ui.rows - AROUND_ROWS;
  const draw = ui.help ? helpScreen : DRAWS[ui.screen];
  const drawn = draw(state, columns, rows);
  const exact = Array.from({ length: rows }, (_, i) => fitLine(drawn[i] ?? [], columns));
  // What is only a memory must not look like the present.
  const body = isPast(state) ? exact.map((one) => recast(one, 'dim')) : exact;
  const shown = dialog ? over(body, dialogBox(dialog, clusterOf(data), columns), columns) : body;
  const foot = [...aboveFooter(state, columns), footer(state, columns)];
  const whole = [header(state, columns, version), tabs(state, columns), ...shown];
  return [...whole.slice(0, ui.rows - foot.length), ...foot];
}
