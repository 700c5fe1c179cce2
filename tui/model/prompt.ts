/** The line at the bottom while a filter or a command is typed. */
import { VERBS, type Verb, type VerbName } from '../../core/admin/verbs.ts';
import { ask, only, type Stepped } from './acts.ts';
import { complete, readCommand, type Command } from './command.ts';
import { clusterOf, viewOf, type Data } from './data.ts';
import type { Given } from './dialog.ts';
import { newList } from './list.ts';
import type { Press } from './press.ts';
import { keyOf } from './rows.ts';
import { traceKeyOf } from './tracing.ts';
import { listOf, opened, pictured, withList, withToast, type Prompt, type State } from './ui.ts';

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
  const epoch = clusterOf(pictured(state))?.epoch;
  const command = readCommand(text, { ...(epoch !== undefined && { expectEpoch: epoch }) });
  switch (command.kind) {
    case 'quit':
      return only(state, { kind: 'quit' });
    case 'help':
      return only({ ...state, ui: { ...state.ui, help: true } });
    case 'wrong':
      return only(withToast(state, command.why, 'bad'));
    case 'screen':
      return only(filtered(state, command));
    case 'verb':
    default: {
      const { verb, input } = command;
      if (VERBS[verb].permission === 'operate') return ask(state, verb, input);
      return verb === 'trace' ? tracing(state, input) : only(shown(state, verb, input));
    }
  }
}

/** It costs the store too much to be watched: it is asked for once. */
function tracing(state: State, input: Given): Stepped {
  const how = 'name a message by its id, or by its conversation and position';
  if (!traceKeyOf(input)) return only(withToast(state, how, 'bad'));
  return only(withToast(state, 'trace …'), { kind: 'ask', verb: 'trace', input });
}

type ScreenCommand = Extract<Command, { readonly kind: 'screen' }>;

function filtered(state: State, { screen, filter, acts }: ScreenCommand): State {
  const ui = { ...opened(state, screen).ui, acts };
  const list = { ...listOf(ui), filter, index: 0, top: 0, key: undefined };
  return { ...state, ui: ui.lists.has(screen) ? withList(ui, list) : ui };
}

/** A verb that shows one thing, or a list with inputs of its own. */
function shown(state: State, verb: VerbName, input: Given): State {
  const { screen }: Verb = VERBS[verb];
  if (screen === undefined) return state;
  const { ui } = opened(state, screen);
  const letter = 'position' in input ? keyOf('dead-letters')(input) : undefined;
  const one = input['id'] ?? input['name'] ?? letter;
  if (typeof one === 'string')
    return { ...state, ui: { ...ui, detail: { key: one, row: undefined, top: 0 } } };
  const { filter = levels(input['level']), sort = listOf(ui).sort } = input;
  return { ...state, ui: withList(ui, { ...newList(String(sort)), filter: String(filter) }) };
}

const LEVELS: readonly string[] = VERBS['log level'].input.shape.level.options;

/** The filter of the events that leaves this level, and what is worse. */
function levels(least: unknown): string {
  const lower = LEVELS.slice(0, Math.max(0, LEVELS.indexOf(String(least))));
  return lower.map((level) => `!level=${level}`).join(' ');
}
