/** What can be done here, from the table of verbs. */
import { VERBS, type Verb } from '../../core/admin/verbs.ts';
import { keyVerbs, readOnly } from '../model/acts.ts';
import { filters, LISTS } from '../model/screens.ts';
import type { State } from '../model/ui.ts';
import { folded, line, span, type Line } from '../draw/line.ts';
import { panel } from '../draw/panel.ts';

const DANGERS = [
  '',
  'can be undone',
  'asks once more',
  'asks for the name',
  'asks for cluster and epoch',
];

type Key = readonly [key: string, what: string];

const ALL: readonly Key[] = [
  ['1-9', 'the screens'],
  ['↑ ↓ j k', 'one row; pgup pgdn ctrl-u ctrl-d a page; g G the ends'],
  ['enter esc', 'open, and back'],
  [':', 'a command as im takes it; tab completes'],
  ['z', 'freeze the picture; the data go on'],
  ['-', 'the screen before'],
  ['y Y', 'copy the row as JSON; copy the command line that shows this'],
  ['ctrl-s', 'save the picture to a file'],
  ['ctrl-r ctrl-l', 'connect again; draw again'],
  ['ctrl-z q', 'suspend; quit'],
];

const OF_OVERVIEW: readonly Key[] = [['tab', 'the next panel; shift-tab the one before']];
const OF_FILTERS: readonly Key[] = [['/', 'filter: words, field:word, field=word, field>1, !not']];
const OF_LISTS: readonly Key[] = [['w', 'the columns that had no room']];
const OF_SORTS: readonly Key[] = [
  ['o O', 'sort by the next column; the other way; shift-← shift-→ too'],
];
const OF_EVENTS: readonly Key[] = [
  ['f t a', 'follow the newest; how long ago; what operators did'],
];

const OF_SESSIONS: readonly Key[] = [
  ['space', 'mark a row: then d is for all that are marked; esc: none is'],
  ['c', 'the conversations of its user'],
];

const OF_PLUGINS: readonly Key[] = [['l', 'the entries that consumers could not take']];

export function helpScreen(state: State, columns: number, rows: number): readonly Line[] {
  const { screen } = state.ui;
  const own = keyVerbs(state).map((name): Key => {
    const { key = '', summary, danger }: Verb = VERBS[name];
    const care = danger > 0 ? ` (${DANGERS[danger]})` : '';
    return [key, `${summary}${care}`];
  });
  const list = LISTS[screen];
  const more = [
    ...(screen === 'overview' ? OF_OVERVIEW : []),
    ...(filters(screen) ? OF_FILTERS : []),
    ...(list ? OF_LISTS : []),
    ...(list && list.sorts.length > 0 ? OF_SORTS : []),
    ...(screen === 'events' ? OF_EVENTS : []),
    ...(screen === 'sessions' ? OF_SESSIONS : []),
    ...(screen === 'plugins' ? OF_PLUGINS : []),
  ];
  const note = readOnly(state) ? 'read-only: keys that act are off' : 'any key closes this';
  const lines = [...own, ...more, ...ALL].flatMap((one) => keyLines(one, columns - 2));
  return panel({ title: `Keys of ${screen}`, note, columns, rows }, lines);
}

const KEY_CELLS = 14;

function keyLines([key, what]: Key, columns: number): readonly Line[] {
  const whole = line(span(` ${key.padEnd(KEY_CELLS)}`, 'strong'), what);
  return folded(whole, columns, KEY_CELLS + 1);
}
