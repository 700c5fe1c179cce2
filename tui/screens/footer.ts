/** The last row: the keys of this view, or what is being typed, or what just happened. */
import { VERBS, type Verb } from '../../core/admin/verbs.ts';
import { keyVerbs, readOnly } from '../model/acts.ts';
import { marks } from '../model/marks.ts';
import { filters, LISTS } from '../model/screens.ts';
import type { Prompt, State, Toast } from '../model/ui.ts';
import { fitLine, folded, line, lineWidth, span, type Line, type Role } from '../draw/line.ts';

export function footer(state: State, columns: number): Line {
  const { prompt, toast } = state.ui;
  if (prompt) return promptLine(prompt, columns);
  if (toast) return fitLine(toastLines(toast, columns).at(-1) ?? [], columns);
  return keysLine(state, columns);
}

/** The rows above the last one that a long message takes. */
export function aboveFooter({ ui: { prompt, toast } }: State, columns: number): readonly Line[] {
  if (prompt || !toast) return [];
  return toastLines(toast, columns)
    .slice(0, -1)
    .map((one) => fitLine(one, columns));
}

const TOAST_ROWS_MAX = 4;

function toastLines({ text, tone }: Toast, columns: number): readonly Line[] {
  return folded(line(' ', span(text, TONES[tone])), columns - 1, 1).slice(0, TOAST_ROWS_MAX);
}

const TONES: Readonly<Record<Toast['tone'], Role>> = { good: 'good', bad: 'bad', info: 'info' };

function promptLine({ kind, text, hints }: Prompt, columns: number): Line {
  const sign = kind === 'command' ? ':' : '/';
  const told = hints.length > 0 ? `   ${hints.join('  ')}` : '';
  return fitLine(line(span(sign, 'strong'), text, span(' ', 'chosen'), span(told, 'dim')), columns);
}

/** Those of the screen first, then those of all, as many as there is room for. */
function keysLine(state: State, columns: number): Line {
  const pieces = keysOf(state).map(([key, what]) => line(' ', span(key, 'strong'), ` ${what} `));
  const shown: Line[] = [];
  let room = columns;
  for (const piece of pieces) {
    room -= lineWidth(piece);
    if (room < 0) break;
    shown.push(piece);
  }
  return fitLine(line(...shown), columns);
}

function keysOf(state: State): readonly (readonly [string, string])[] {
  const { ui } = state;
  const list = LISTS[ui.screen];
  const own: (readonly [string, string])[] = keyVerbs(state).flatMap((name) => {
    const { key }: Verb = VERBS[name];
    return key === undefined || key === 'enter'
      ? []
      : [[key, name.split(' ').at(-1) ?? name] as const];
  });
  if (ui.screen === 'plugins') own.push(['l', 'dead letters']);
  if (ui.screen === 'sessions') own.push(['c', 'conversations']);
  if (ui.detail) return [['esc', 'back'], ['↑↓', 'move'], ...own, ['Y', 'command line'], ...ALWAYS];
  const some: (readonly [string, string])[] = [];
  if (ui.screen === 'overview') some.push(['1-9', 'screen'], ['tab', 'panel'], ['↵', 'open']);
  if (list) some.push(['↵', 'open']);
  if (filters(ui.screen)) some.push(['/', 'filter']);
  if (list && list.sorts.length > 0) some.push(['o', 'sort']);
  if (ui.screen === 'events') some.push(['f', 'follow'], ['a', 'acts'], ['t', 'time']);
  if (marks(ui) && !readOnly(state)) own.push(['space', 'mark']);
  return [...some, ...own, ...ALWAYS];
}

const ALWAYS: readonly (readonly [string, string])[] = [
  ['?', 'help'],
  [':', 'command'],
  ['z', 'freeze'],
  ['q', 'quit'],
];
