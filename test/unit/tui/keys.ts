/** A terminal without a terminal: keys in, effects out. */
import type { Screen } from '../../../core/admin/verbs.ts';
import { emptyData, reduceData } from '../../../tui/model/data.ts';
import { pressed } from '../../../tui/model/keys.ts';
import type { Effect } from '../../../tui/model/acts.ts';
import type { PressName } from '../../../tui/model/press.ts';
import { reduce } from '../../../tui/model/state.ts';
import { newUi, type State } from '../../../tui/model/ui.ts';
import { wantsOf } from '../../../tui/model/wants.ts';
import { deadLetters } from '../../tui/fake-dead-letters.ts';
import { sessionAt } from '../../tui/fake-sessions.ts';
import { clusterOf, overviewOf, WALL_MS } from '../../tui/fake-views.ts';

type Typed = PressName | (string & {});
const NAMES: ReadonlySet<string> = new Set([
  'down',
  'enter',
  'escape',
  'tab',
  'backspace',
  'up',
  'pagedown',
  'end',
]);

export class Keys {
  state: State;
  readonly effects: Effect[] = [];

  constructor(screen: Screen, permission: 'read' | 'operate' = 'operate') {
    let data = reduceData(emptyData(0), { kind: 'link', link: 'im-a', learned: false }, 0);
    const beat = { at: WALL_MS, loopDelayMs: 0, permission };
    data = reduceData(data, { kind: 'beat', link: 'im-a', beat }, 0);
    const views = { overview: { view: overviewOf('im-a') }, cluster: { view: clusterOf() } };
    data = reduceData(
      data,
      { kind: 'frame', link: 'im-a', frame: { at: WALL_MS, skipped: 0, views } },
      0,
    );
    this.state = { data, ui: newUi({ columns: 80, rows: 24, screen }) };
    const rows = Array.from({ length: 200 }, (_, i) => sessionAt(i));
    const [topic = ''] = wantsOf(newUi({ columns: 80, rows: 24, screen: 'sessions' })).topics;
    const lists = {
      [topic]: { view: { total: 10_000, rows } },
      'dead-letters': { view: { total: 2, rows: deadLetters, more: false } },
    };
    this.state = reduce(
      this.state,
      { kind: 'views', frame: { at: WALL_MS, skipped: 0, views: lists } },
      0,
    );
  }

  type(...keys: readonly Typed[]): this {
    for (const key of keys) {
      const name = NAMES.has(key) ? (key as PressName) : undefined;
      const texts = name === undefined && key.length > 1 ? Array.from(key) : [name ? '' : key];
      for (const text of texts) {
        const { state, effects } = pressed(this.state, { name, text, ctrl: false, shift: false });
        this.state = state;
        this.effects.push(...effects);
      }
    }
    return this;
  }
}
