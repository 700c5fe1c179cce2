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
  return Array.from(input, (text) => CONTROLS[text] ?? { name: undefined, text, ctrl, shift });
}

const none = { text: '', ctrl: false, shift: false };
/** Among letters that came with them. */
const CONTROLS: Readonly<Record<string, Press>> = {
  '\r': { ...none, name: 'enter' },
  '\n': { ...none, name: 'enter' },
  '\t': { ...none, name: 'tab' },
  '\u007f': { ...none, name: 'backspace' },
};
