/** What the person at the terminal has chosen. */
import type { Screen } from '../../core/admin/verbs.ts';
import type { Data } from './data.ts';
import type { Dialog } from './dialog.ts';
import { newList, type List } from './list.ts';
import { LISTS } from './screens.ts';

export interface Prompt {
  readonly kind: 'filter' | 'command';
  readonly text: string;
  /** Of the earlier command that is shown; `history.length`: none. */
  readonly earlier: number;
  /** What the tab key found. */
  readonly hints: readonly string[];
}

export interface Toast {
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'info';
  /** Monotonic, ms. */
  readonly until: number;
}

export interface Detail {
  readonly key: string;
  /** As the row was when it was opened: it may leave the list. */
  readonly row: unknown;
  readonly top: number;
  /** Conversations: one message, not a row. */
  readonly of?: 'trace';
}

export interface Ui {
  readonly columns: number;
  readonly rows: number;
  readonly screen: Screen;
  readonly lists: ReadonlyMap<Screen, List>;
  readonly detail: Detail | undefined;
  /** Of the overview: which panel enter opens. */
  readonly panel: number;
  readonly prompt: Prompt | undefined;
  readonly history: readonly string[];
  readonly dialog: Dialog | undefined;
  readonly help: boolean;
  readonly toast: Toast | undefined;
  /** Columns that were left out for want of room take the place of those that were shown. */
  readonly wide: boolean;
  /** Events: the newest are kept in sight. */
  readonly following: boolean;
  /** Events: how long ago, not when. */
  readonly ago: boolean;
  /** Events: what operators did. */
  readonly acts: boolean;
  /** Asked for by the command line. */
  readonly readOnly: boolean;
  /** Sessions by their ids, with what they are called: an act is for all of them. */
  readonly marked: ReadonlyMap<string, string>;
  /** The screen before this one. */
  readonly before: Screen;
  /** The picture that is kept; the data go on. */
  readonly frozen: Data | undefined;
}

export interface State {
  readonly data: Data;
  readonly ui: Ui;
}

export interface UiStart {
  readonly columns: number;
  readonly rows: number;
  readonly screen?: Screen;
  readonly readOnly?: boolean;
}

export function newUi({ columns, rows, screen = 'overview', readOnly = false }: UiStart): Ui {
  const lists = new Map(
    Object.entries(LISTS).map(([name, { sort }]) => [name as Screen, newList(sort)]),
  );
  return {
    columns,
    rows,
    screen,
    lists,
    detail: undefined,
    panel: 0,
    prompt: undefined,
    history: [],
    dialog: undefined,
    help: false,
    toast: undefined,
    wide: false,
    following: true,
    ago: false,
    acts: false,
    readOnly,
    marked: new Map(),
    before: 'overview',
    frozen: undefined,
  };
}

export function listOf(ui: Ui): List {
  return ui.lists.get(ui.screen) ?? newList('');
}

export function withList(ui: Ui, list: List): Ui {
  return { ...ui, lists: new Map(ui.lists).set(ui.screen, list) };
}

/** What is on screen: it may be frozen. */
export function pictured({ data, ui }: State): Data {
  return ui.frozen ?? data;
}

export function opened(state: State, screen: Screen): State {
  const before = screen === state.ui.screen ? state.ui.before : state.ui.screen;
  return { ...state, ui: { ...state.ui, screen, before, detail: undefined, help: false } };
}

const TOAST_MS = 6_000;

export function withToast(state: State, text: string, tone: Toast['tone'] = 'info'): State {
  const toast = { text, tone, until: state.data.now + TOAST_MS };
  return { ...state, ui: { ...state.ui, toast } };
}
