/**
 * Text of strangers on a terminal: nothing in it may move the cursor, change what is around it, or
 * take more cells than it says.
 */
import stringWidth from 'string-width';

/** ASCII, and what frames and sparklines are drawn with: one cell each, and harmless. */
const PLAIN = /^[\x20-\x7e\u2500-\u259f]*$/;
/** C0 and C1. */
const CONTROLS = /\p{Cc}+/gu;
const ESC = String.fromCodePoint(0x1b);
const CSI = String.fromCodePoint(0x9b);
/** Escape sequences whole: what is left of one would be noise. */
const SEQUENCES = new RegExp(`[${ESC}${CSI}][[\\]()#;?]*[\\d;?]*[@-~]?`, 'g');
/** Without width, or turning the direction: joiners, marks of direction, tags, variants. */
const UNSEEN = /[\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]+|\p{Variation_Selector}+/gu;
const SKIN_TONES = /[\u{1f3fb}-\u{1f3ff}]/gu;
const FLAGS = /[\u{1f1e6}-\u{1f1ff}]/gu;
const FLAG_A = 0x1f1e6;
/** More marks on a letter than any language has. */
const MARKS = /(\p{M}{2})\p{M}+/gu;

/** One line in which every character takes the cells that `widthOf` says, everywhere. */
export function clean(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .normalize('NFC')
    .replaceAll(/[\r\n\t]+/g, ' ')
    .replaceAll(SEQUENCES, '')
    .replaceAll(CONTROLS, '')
    .replaceAll(UNSEEN, '')
    .replaceAll(SKIN_TONES, '')
    .replaceAll(FLAGS, letterOf)
    .replaceAll(MARKS, '$1');
}

/** Some terminals draw two of these as a flag, some as two letters. */
function letterOf(flag: string): string {
  return String.fromCodePoint(65 + (flag.codePointAt(0) ?? FLAG_A) - FLAG_A);
}

/** In cells; of clean text. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const one of text) width += stringWidth(one);
  return width;
}

/** At most so many cells of it, from a cell on; half of a wide character becomes a space. */
export function cells(text: string, from: number, to: number): string {
  if (PLAIN.test(text)) return text.slice(from, to);
  let at = 0;
  let out = '';
  for (const one of text) {
    const width = stringWidth(one);
    const end = at + width;
    if (at >= from && end <= to && (width > 0 || at > from)) out += one;
    else if (end > from && at < to) out += ' '.repeat(Math.min(end, to) - Math.max(at, from));
    at = end;
  }
  return out;
}

/** Exactly so many cells; what is cut ends with a mark. */
export function fit(text: string, columns: number, mark: string, right = false): string {
  const width = widthOf(text);
  if (columns <= 0) return '';
  if (width > columns) return cells(text, 0, columns - 1) + mark;
  const space = ' '.repeat(columns - width);
  return right ? space + text : text + space;
}
