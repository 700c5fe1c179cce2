/** What `y` and `Y` copy. */
import { twinOf } from './twin.ts';
import { chosenRow } from './rows.ts';
import { LISTS } from './screens.ts';
import { letterOf } from './wants.ts';
import { listOf, type State } from './ui.ts';

/** The row that is chosen, as JSON. */
export function copyOf(state: State): string | undefined {
  const row = state.ui.detail?.row ?? chosenRow(state);
  return row === undefined ? undefined : JSON.stringify(row);
}

/** The command line that shows what the screen shows. */
export function twinOfScreen(state: State): string {
  const { screen, detail } = state.ui;
  if (detail?.of === 'trace') return `im trace ${detail.key}`;
  if (detail && screen === 'conversations') return twinOf('conversation show', { id: detail.key });
  if (detail && screen === 'plugins') return twinOf('plugin show', { name: detail.key });
  if (detail && screen === 'dead-letters') {
    return twinOf('dead-letter show', letterOf(detail.key));
  }
  const { sort, filter } = listOf(state.ui);
  const sorted = (LISTS[screen]?.sorts.length ?? 0) > 0;
  return twinOf(screen, {
    ...(sorted && { sort }),
    ...(filter !== '' && screen !== 'events' && { filter }),
  });
}
