/** What a key does. Pure: what it asks of the world comes back as effects. */
import type { SessionRow } from '../../core/admin/protocol/index.ts';
import { VERBS } from '../../core/admin/verbs.ts';
import { begin, only, verbOfKey, type Stepped } from './acts.ts';
import { answered } from './dialog.ts';
import { mark, marks, unmarked } from './marks.ts';
import { reversed, sortedNext } from './list.ts';
import type { Press } from './press.ts';
import { promptKey } from './prompt.ts';
import { choose, chosenRow, keyOf, listHeight, windowOf, type Row } from './rows.ts';
import { filters, LISTS, PANELS, SCREENS } from './screens.ts';
import { copyOf, twinOfScreen } from './copying.ts';
import { traceCommand } from './tracing.ts';
import { listOf, opened, pictured, withList, withToast, type State } from './ui.ts';

export function pressed(state: State, press: Press): Stepped {
  const { ui } = state;
  if (press.ctrl && press.text === 'z') return only(state, { kind: 'suspend' });
  if (press.ctrl && press.text === 'l') return only(state, { kind: 'repaint' });
  if (ui.dialog) return dialogKey(state, press);
  if (ui.prompt) return promptKey(state, press);
  if (press.ctrl && press.text === 'c') return only(state, { kind: 'quit' });
  if (ui.help) return only({ ...state, ui: { ...ui, help: false } });
  return moveKey(state, press) ?? letterKey(state, press);
}

function dialogKey(state: State, press: Press): Stepped {
  const { dialog } = state.ui;
  if (!dialog) return only(state);
  const { dialog: next, run } = answered(dialog, press);
  const after = { ...state, ui: { ...state.ui, dialog: next } };
  if (!run) return only(after);
  const { verb, all } = dialog;
  const asking = withToast(all ? unmarked(after) : after, `${verb} …`);
  if (all) return only(asking, { kind: 'each', verb, inputs: all });
  return only(asking, { kind: 'ask', verb, input: run });
}

/** How far a key goes in a list; undefined: it is no such key. */
function distance({ name, text, ctrl }: Press, page: number): number | undefined {
  if (ctrl) return text === 'd' ? page : text === 'u' ? -page : undefined;
  if (name === 'down' || text === 'j') return 1;
  if (name === 'up' || text === 'k') return -1;
  if (name === 'pagedown') return page;
  if (name === 'pageup') return -page;
  if (name === 'home' || text === 'g') return Number.NEGATIVE_INFINITY;
  if (name === 'end' || text === 'G') return Number.POSITIVE_INFINITY;
  return undefined;
}

function moveKey(state: State, press: Press): Stepped | undefined {
  const { ui } = state;
  const by = distance(press, listHeight(ui) - 1);
  if (by === undefined) return undefined;
  if (ui.detail) {
    const top = Math.max(0, Math.min(ui.detail.top + by, DETAIL_LINES_MAX));
    return only({ ...state, ui: { ...ui, detail: { ...ui.detail, top } } });
  }
  if (!LISTS[ui.screen]) return only(state);
  const next = choose(state, listOf(ui).index + by);
  const last = windowOf(pictured(next), next.ui).total - 1;
  const following = listOf(next.ui).index >= last;
  return only({ ...next, ui: { ...next.ui, following } });
}

/** What is drawn cuts it to what there is. */
const DETAIL_LINES_MAX = 2_000;

function letterKey(state: State, press: Press): Stepped {
  const { name, text, ctrl, shift } = press;
  if (ctrl) return ctrlKey(state, text);
  if (name === 'enter') return enter(state);
  if (name === 'escape') return escape(state);
  if (name === 'tab') return tab(state, shift ? -1 : 1);
  if (name === 'left' || name === 'right') {
    return shift ? sort(state, name === 'left' ? -1 : 1) : only(state);
  }
  const screen = SCREENS[Number(text) - 1]?.screen;
  if (/^[1-9]$/.test(text) && screen) return only(opened(state, screen));
  const verb = verbOfKey(state, text);
  if (verb !== undefined && VERBS[verb].permission === 'operate') return begin(state, verb);
  return plainKey(state, text);
}

function ctrlKey(state: State, text: string): Stepped {
  if (text === 'r') return only(withToast(state, 'connecting again …'), { kind: 'reconnect' });
  return text === 's' ? only(state, { kind: 'save' }) : only(state);
}

function plainKey(state: State, text: string): Stepped {
  const { ui } = state;
  switch (text) {
    case 'q':
      return only(state, { kind: 'quit' });
    case '?':
      return only({ ...state, ui: { ...ui, help: true } });
    case ':':
      return only(prompting(state, 'command', ''));
    case '/':
      return only(filters(ui.screen) ? prompting(state, 'filter', listOf(ui).filter) : state);
    case 'o':
      return sort(state, 1);
    case 'O':
      return only(withSort(state, reversed(listOf(ui).sort)));
    case 'w':
      return only({ ...state, ui: { ...ui, wide: !ui.wide } });
    case ' ':
      return only(marks(ui) ? mark(state) : freeze(state));
    case 'z':
      return only(freeze(state));
    case '-':
      return only(opened(state, ui.before));
    case 'y':
      return copy(state, copyOf(state));
    case 'Y':
      return copy(state, twinOfScreen(state));
    default:
      if (ui.screen === 'sessions' && text === 'c') return only(conversationsOf(state));
      if (ui.screen === 'conversations' && text === 't') return only(tracing(state));
      if (ui.screen === 'plugins' && text === 'l') return only(opened(state, 'dead-letters'));
      return ui.screen === 'events' ? eventsKey(state, text) : only(state);
  }
}

function eventsKey(state: State, text: string): Stepped {
  const { ui } = state;
  if (text === 'f')
    return only(choose({ ...state, ui: { ...ui, following: !ui.following } }, Infinity));
  if (text === 't') return only({ ...state, ui: { ...ui, ago: !ui.ago } });
  // What is open is of the other list.
  if (text === 'a') return only({ ...state, ui: { ...ui, acts: !ui.acts, detail: undefined } });
  return only(state);
}

function freeze(state: State): State {
  const { frozen } = state.ui;
  return { ...state, ui: { ...state.ui, frozen: frozen ? undefined : state.data } };
}

function tracing(state: State): State {
  const command = traceCommand(state);
  if (command === undefined) return withToast(state, 'no conversation is chosen', 'bad');
  return prompting(state, 'command', command);
}

/** Of the user whose session is chosen. */
function conversationsOf(state: State): State {
  const row = (state.ui.detail?.row ?? chosenRow(state)) as SessionRow | undefined;
  if (!row) return state;
  const next = opened(state, 'conversations');
  const list = { ...listOf(next.ui), filter: `member=${row.user}`, index: 0, top: 0 };
  return { ...next, ui: withList(next.ui, { ...list, key: undefined }) };
}

function copy(state: State, text: string | undefined): Stepped {
  if (text === undefined) return only(withToast(state, 'there is nothing to copy'));
  return only(withToast(state, `copied: ${text}`), { kind: 'copy', text });
}

function prompting(state: State, kind: 'filter' | 'command', text: string): State {
  const { ui } = state;
  const prompt = { kind, text, earlier: ui.history.length, hints: [] };
  return { ...state, ui: { ...ui, prompt, toast: undefined } };
}

function sort(state: State, by: number): Stepped {
  const rule = LISTS[state.ui.screen];
  return only(rule ? withSort(state, sortedNext(listOf(state.ui), rule.sorts, by)) : state);
}

function withSort(state: State, next: string): State {
  const list = listOf(state.ui);
  if (list.sort === '' || next === list.sort) return state;
  return {
    ...state,
    ui: withList(state.ui, { ...list, sort: next, index: 0, top: 0, key: undefined }),
  };
}

function enter(state: State): Stepped {
  const { ui } = state;
  if (ui.screen === 'overview') return only(opened(state, PANELS[ui.panel] ?? 'overview'));
  const row: Row | undefined = chosenRow(state);
  if (!row || ui.detail) return only(state);
  const detail = { key: keyOf(ui.screen)(row), row, top: 0 };
  return only({ ...state, ui: { ...ui, detail } });
}

function escape(state: State): Stepped {
  const { ui } = state;
  if (ui.detail) return only({ ...state, ui: { ...ui, detail: undefined } });
  if (ui.frozen) return only({ ...state, ui: { ...ui, frozen: undefined } });
  if (marks(ui) && ui.marked.size > 0) return only(unmarked(state));
  const list = listOf(ui);
  if (list.filter === '') return only({ ...state, ui: { ...ui, toast: undefined } });
  return only({ ...state, ui: withList(ui, { ...list, filter: '', index: 0, top: 0 }) });
}

function tab(state: State, by: number): Stepped {
  const { ui } = state;
  if (ui.screen !== 'overview') return only(state);
  const panel = (ui.panel + by + PANELS.length) % PANELS.length;
  return only({ ...state, ui: { ...ui, panel } });
}
