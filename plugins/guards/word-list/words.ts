/** Words as a list names them and as texts hold them. */

/** A word in a text: letters, marks, digits and _, with invisible format characters among them. */
const WORD = /[\p{L}\p{M}\p{N}_\p{Cf}]+/gu;
const WHOLE_WORD = /^[\p{L}\p{M}\p{N}_\p{Cf}]+$/u;
const INVISIBLE = /\p{Cf}+/gu;

/**
 * The same for every way of writing a word in capitals, in full width or with hidden characters.
 * Upper case first: it makes one of what lower case keeps apart, such as ß and ss.
 */
export function fold(word: string): string {
  const plain = word.replace(INVISIBLE, '').normalize('NFKC');
  return plain.toUpperCase().toLowerCase().normalize('NFKC');
}

/** True if a list may name it: one word, without spaces or punctuation. */
export function isWord(text: string): boolean {
  return WHOLE_WORD.test(text) && fold(text) !== '';
}

/** The words in a file: one per line; empty lines and those that begin with # say nothing. */
export function wordsIn(text: string): readonly string[] {
  const lines = text.split(/\r?\n/u).map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

export class WordSet {
  readonly #folded: ReadonlySet<string>;

  constructor(words: readonly string[]) {
    this.#folded = new Set(words.map(fold));
  }

  /** True if the text holds one of them as a whole word. */
  in(text: string): boolean {
    for (const [word] of text.matchAll(WORD)) if (this.#folded.has(fold(word))) return true;
    return false;
  }

  /** The text with an asterisk for each character of such a word: never longer, also in UTF-8. */
  mask(text: string): string {
    return text.replace(WORD, (word) =>
      this.#folded.has(fold(word)) ? word.replace(/./gsu, '*') : word,
    );
  }
}
