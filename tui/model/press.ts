/** A key, as the model knows it. */

export type PressName =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'pageup'
  | 'pagedown'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'backspace';

export interface Press {
  readonly name: PressName | undefined;
  /** What was typed; several letters only if they were pasted. */
  readonly text: string;
  readonly ctrl: boolean;
  readonly shift: boolean;
}

export function typed(text: string): Press {
  return { name: undefined, text, ctrl: false, shift: false };
}
