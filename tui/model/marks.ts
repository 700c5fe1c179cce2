/** Sessions that are marked one by one, to be acted on together. */
import type { SessionRow } from '../../core/admin/protocol/index.ts';
import { choose, chosenRow } from './rows.ts';
import { listOf, withToast, type State } from './ui.ts';

/** So many acts, one after the other, nobody waits for. */
const MARKED_MAX = 1_000;

/** Rows of this list can be marked. */
export function marks({ screen, detail }: State['ui']): boolean {
  return screen === 'sessions' && !detail;
}

/** The chosen row, or no longer; then the next row is chosen. */
export function mark(state: State): State {
  const row = chosenRow(state) as SessionRow | undefined;
  if (!row) return state;
  const marked = new Map(state.ui.marked);
  if (!marked.delete(row.id)) {
    if (marked.size >= MARKED_MAX)
      return withToast(state, `${MARKED_MAX} are marked at most`, 'bad');
    marked.set(row.id, `${row.user} on ${row.device}`);
  }
  return choose({ ...state, ui: { ...state.ui, marked } }, listOf(state.ui).index + 1);
}

export function unmarked(state: State): State {
  return { ...state, ui: { ...state.ui, marked: new Map() } };
}
