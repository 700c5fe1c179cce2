/** The line at the bottom while a filter or a command is typed. */
import { VERBS, type Screen } from '../../core/admin/verbs.ts';
import { ask, only, type Stepped } from './acts.ts';
import { complete, readCommand } from './command.ts';
import { clusterOf, viewOf, type Data } from './data.ts';
import { newList } from './list.ts';
import type { Press } from './press.ts';
import { keyOf } from './rows.ts';
import { listOf, withList, withToast, type Prompt, type State } from './ui.ts';

const TEXT_MAX = 200;
const HISTORY_MAX = 50;

export function promptKey(state: State, press: Press): Stepped {
  const { prompt } = state.ui;
  if (!prompt) return only(state);
  const { name, text, ctrl } = press;
  if (name === 'escape' || (ctrl && text === 'c')) return only(closed(state));
  if (name === 'enter') return entered(state, prompt);
  if (name === 'backspace' && prompt.text === '') return only(closed(state));
  if (name === 'backspace') return only(withText(state, prompt.text.slice(0, -1)));
  if (ctrl) return only(text === 'u' ? withText(state, '') : state);
  if (name === 'tab') return only(completing(state, prompt));
  if (name === 'up' || name === 'down') return only(recalled(state, prompt, name));
  return only(name === undefined ? withText(state, prompt.text + text) : state);
}

function closed(state: State): State {
  return { ...state, ui: { ...state.ui, prompt: undefined } };
}

function withText(state: State, text: string, hints: readonly string[] = []): State {
  const { prompt } = state.ui;
  if (!prompt) return state;
  return {
    ...state,
    ui: { ...state.ui, prompt: { ...prompt, text: text.slice(0, TEXT_MAX), hints } },
  };
}

function completing(state: State, prompt: Prompt): State {
  if (prompt.kind !== 'command') return state;
  const { text, hints } = complete(prompt.text, thingsOf(state.data));
  return withText(state, text, hints);
}

/** Names that a command may be about. */
function thingsOf(data: Data): readonly string[] {
  const rows = [viewOf(data, 'sessions'), viewOf(data, 'conversations')].flatMap((list) =>
    (list?.rows ?? []).map(({ id }) => id),
  );
  const plugins = viewOf(data, 'plugins')?.rows.map(({ name }) => name) ?? [];
  const nodes = clusterOf(data)?.nodes.map(({ node }) => node) ?? [];
  return [...nodes, ...plugins, ...rows];
}

function recalled(state: State, prompt: Prompt, name: 'up' | 'down'): State {
  const { history } = state.ui;
  if (prompt.kind !== 'command') return state;
  const earlier = Math.max(0, Math.min(prompt.earlier + (name === 'up' ? -1 : 1), history.length));
  const next = withText(state, history[earlier] ?? '');
  const { prompt: changed } = next.ui;
  return changed ? { ...next, ui: { ...next.ui, prompt: { ...changed, earlier } } } : next;
}

function entered(state: State, { kind, text }: Prompt): Stepped {
  const after = closed(state);
  if (kind === 'filter') {
    const list = { ...listOf(after.ui), filter: text.trim(), index: 0, top: 0, key: undefined };
    return only({ ...after, ui: withList(after.ui, list) });
  }
  if (text.trim() === '') return only(after);
  const history = [...after.ui.history.filter((one) => one !== text), text].slice(-HISTORY_MAX);
  return carried({ ...after, ui: { ...after.ui, history } }, text);
}

function carried(state: State, text: string): Stepped {
  const command = readCommand(text);
  switch (command.kind) {
    case 'quit':
      return only(state, { kind: 'quit' });
    case 'help':
      return only({ ...state, ui: { ...state.ui, help: true } });
    case 'wrong':
      return only(withToast(state, command.why, 'bad'));
    case 'screen':
      return only(filtered(state, command.screen, command.filter));
    case 'verb':
    default: {
      const { verb, input } = command;
      if (VERBS[verb].permission === 'operate') return ask(state, verb, input);
      return only(shown(state, VERBS[verb].screen, input));
    }
  }
}

function filtered(state: State, screen: Screen, filter: string): State {
  const ui = { ...state.ui, screen, detail: undefined };
  const list = { ...listOf(ui), filter, index: 0, top: 0, key: undefined };
  return { ...state, ui: ui.lists.has(screen) ? withList(ui, list) : ui };
}

/** A verb that shows one thing, or a list with inputs of its own. */
function shown(
  state: State,
  screen: Screen | undefined,
  input: Readonly<Record<string, unknown>>,
): State {
  if (screen === undefined) return state;
  const letter = 'position' in input ? keyOf('dead-letters')(input) : undefined;
  const one = input['id'] ?? input['name'] ?? letter;
  const ui = { ...state.ui, screen, detail: undefined };
  if (typeof one === 'string')
    return { ...state, ui: { ...ui, detail: { key: one, row: undefined, top: 0 } } };
  const { filter = '', sort = listOf(ui).sort } = input;
  return { ...state, ui: withList(ui, { ...newList(String(sort)), filter: String(filter) }) };
}
