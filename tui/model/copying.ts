/** What `y` and `Y` copy. */
import { twinOf } from './twin.ts';
import { chosenRow } from './rows.ts';
import { listOf, type State } from './ui.ts';

/** The row that is chosen, as JSON. */
export function copyOf(state: State): string | undefined {
  const row = state.ui.detail?.row ?? chosenRow(state);
  return row === undefined ? undefined : JSON.stringify(row);
}

/** The command line that shows what the screen shows. */
export function twinOfScreen(state: State): string {
  const { screen, detail } = state.ui;
  if (detail && screen === 'conversations') return twinOf('conversation show', { id: detail.key });
  if (detail && screen === 'plugins') return twinOf('plugin show', { name: detail.key });
  const { sort, filter } = listOf(state.ui);
  const sorted = screen === 'sessions' || screen === 'conversations' || screen === 'plugins';
  return twinOf(screen, {
    ...(sorted && { sort }),
    ...(filter !== '' && screen !== 'events' && { filter }),
  });
}
