/**
 * The node does not tell what the screen needs. A filter that it does not take is put back, so that
 * there are rows again; what it was, and why, is said once, not at every try.
 */
import type { Data } from './data.ts';
import type { Problem } from './link.ts';
import { outlookOf } from '../../core/admin/client/outlook.ts';
import { listOf, withList, withToast, type State } from './ui.ts';

/** `before`: what was known until then. */
export function unwanted(state: State, before: Data, problem: Problem): State {
  const { code, message, act } = problem;
  const { ui } = state;
  const told = before.views.get(ui.screen);
  const list = listOf(ui);
  const filter = told?.view === undefined ? '' : filterOf(told.topic);
  if (code === 'IM_ADMIN_INPUT' && list.filter !== filter) {
    const back = { ...state, ui: withList(ui, { ...list, filter, index: 0, top: 0 }) };
    return withToast(back, `the filter is as it was: ${code} ${message}`, 'bad');
  }
  if (before.untold?.code === code) return state;
  const again = outlookOf(problem) === 'never' ? 'Ctrl-R tries again' : 'it is tried again slowly';
  return withToast(state, `${code} ${message}; ${again}. ${act ?? ''}`, 'bad');
}

function filterOf(topic: string): string {
  return new URLSearchParams(topic.split('?')[1]).get('filter') ?? '';
}
