/** All that the terminal shows is made from this, and this only from what happened. */
import type { VerbName } from '../../core/admin/verbs.ts';
import { told } from './acts.ts';
import { reduceData, type DataAction } from './data.ts';
import type { Given } from './dialog.ts';
import { settle } from './rows.ts';
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
  | { readonly kind: 'refused'; readonly verb: VerbName; readonly problem: Problem };

export function reduce(state: State, action: Action, now: number): State {
  switch (action.kind) {
    case 'size': {
      const { columns, rows } = action;
      return settle({ ...state, ui: { ...state.ui, columns, rows } });
    }
    case 'say':
      return withToast({ ...state, data: { ...state.data, now } }, action.text, action.tone);
    case 'told':
      return told(
        { ...state, data: { ...state.data, now } },
        action.verb,
        action.input,
        action.output,
      );
    case 'refused': {
      const { code, message, act } = action.problem;
      const what = act === undefined ? message : `${message}. ${act}`;
      const at = { ...state, data: { ...state.data, now } };
      return withToast(at, `${action.verb}: ${code} ${what}`, 'bad');
    }
    default:
      return settle(ticked({ ...state, data: reduceData(state.data, action, now) }));
  }
}

function ticked(state: State): State {
  const { toast } = state.ui;
  if (!toast || toast.until > state.data.now) return state;
  return { ...state, ui: { ...state.ui, toast: undefined } };
}
