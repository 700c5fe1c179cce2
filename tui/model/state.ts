/** All that the terminal shows is made from this, and this only from what happened. */
import type { VerbName } from '../../core/admin/verbs.ts';
import { told } from './acts.ts';
import { reduceData, type DataAction } from './data.ts';
import type { Given } from './dialog.ts';
import { settle } from './rows.ts';
import { unwanted } from './unwanted.ts';
import type { Problem } from './link.ts';
import { withToast, type State } from './ui.ts';

export type Action =
  | DataAction
  | { readonly kind: 'size'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'say'; readonly text: string; readonly tone: 'good' | 'bad' | 'info' }
  | {
      readonly kind: 'told';
      readonly verb: VerbName;
      readonly input: Given;
      readonly output: unknown;
    }
  | { readonly kind: 'refused'; readonly verb: string; readonly problem: Problem };

export function reduce(state: State, action: Action, now: number): State {
  const at = { ...state, data: { ...state.data, now } };
  if (action.kind === 'size') {
    const { columns, rows } = action;
    return settle({ ...state, ui: { ...state.ui, columns, rows } });
  }
  if (action.kind === 'say') return withToast(at, action.text, action.tone);
  if (action.kind === 'told') return told(at, action.verb, action.input, action.output);
  if (action.kind === 'refused') {
    const { code, message, act } = action.problem;
    const what = act === undefined ? message : `${message}. ${act}`;
    return withToast(at, `${action.verb}: ${code} ${what}`, 'bad');
  }
  const next = ticked({ ...state, data: reduceData(state.data, action, now) });
  return settle(action.kind === 'unwanted' ? unwanted(next, state.data, action.problem) : next);
}

function ticked(state: State): State {
  const { toast } = state.ui;
  if (!toast || toast.until > state.data.now) return state;
  return { ...state, ui: { ...state.ui, toast: undefined } };
}
