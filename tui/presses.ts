/** Keys as Ink tells them → keys as the model knows them. */
import type { Key } from 'ink';
import type { Press, PressName } from './model/press.ts';

const NAMES: readonly (readonly [keyof Key, PressName])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
];

/** Keys that came fast come as one text: each counts. */
export function pressesOf(input: string, key: Key): readonly Press[] {
  const { ctrl, shift } = key;
  const name = NAMES.find(([flag]) => key[flag] === true)?.[1];
  if (name !== undefined) return [{ name, text: '', ctrl, shift }];
  // A letter with the meta key is none of ours, and must not be taken for the letter.
  if (key.meta) return [];
  return Array.from(input, (text) => {
    return CONTROLS[text] ?? ctrlOf(text) ?? { name: undefined, text, ctrl, shift };
  });
}

const CTRL_Z = 26;
const LETTERS_FROM = 96;

/** Ctrl with a letter, among letters that came with it: C0, as ECMA-48 numbers it. */
function ctrlOf(text: string): Press | undefined {
  const code = text.codePointAt(0) ?? 0;
  if (code < 1 || code > CTRL_Z) return undefined;
  const letter = String.fromCodePoint(LETTERS_FROM + code);
  return { name: undefined, text: letter, ctrl: true, shift: false };
}

const none = { text: '', ctrl: false, shift: false };
/** Among letters that came with them. */
const CONTROLS: Readonly<Record<string, Press>> = {
  '\r': { ...none, name: 'enter' },
  '\n': { ...none, name: 'enter' },
  '\t': { ...none, name: 'tab' },
  '\b': { ...none, name: 'backspace' },
  '\u007f': { ...none, name: 'backspace' },
};
