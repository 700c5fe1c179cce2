/**
 * Lines above a prompt on a terminal. A printed line never damages the one that is being typed, and
 * the ticks at a line's beginning can change while it is still on the screen.
 */
import { clearScreenDown, cursorTo, type Interface, moveCursor } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from './chat-text.ts';
import type { ChatStreams } from './chat.ts';

/** Lines whose ticks may still change. */
const REMEMBERED = 200;
/** A terminal that does not know its size says 0. */
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

export interface PrintedLine {
  /**
   * Replaces what stands in the first columns: `text` must be as wide as what was printed there.
   */
  update(text: string): void;
}

interface Remembered {
  readonly rows: number;
}

export class ChatScreen {
  readonly #output: ChatStreams['output'];
  readonly #readline: Interface;
  #lines: Remembered[] = [];

  constructor(readline: Interface, output: ChatStreams['output']) {
    this.#readline = readline;
    this.#output = output;
    // The terminal wraps its lines anew: where they are now is not known.
    output.on('resize', () => {
      this.#lines = [];
    });
  }

  print(text: string): PrintedLine {
    this.#clearPrompt();
    this.#output.write(`${text}\n`);
    const line: Remembered = { rows: this.#rowsOf(text) };
    this.#lines.push(line);
    if (this.#lines.length > REMEMBERED) this.#lines.shift();
    this.#readline.prompt(true);
    return { update: (mark) => this.#update(line, mark) };
  }

  /** Takes the line that was just typed, and stands where it began, off the screen. */
  eraseTyped(prompt: string, typed: string): void {
    moveCursor(this.#output, 0, -this.#rowsOf(prompt + typed));
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
  }

  #clearPrompt(): void {
    moveCursor(this.#output, 0, -this.#readline.getCursorPos().rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
  }

  #update(line: Remembered, mark: string): void {
    const at = this.#lines.indexOf(line);
    if (at < 0) return;
    const below = this.#lines.slice(at).reduce((rows, one) => rows + one.rows, 0);
    const up = below + this.#readline.getCursorPos().rows;
    if (up >= (this.#output.rows || DEFAULT_ROWS)) return;
    // Save the cursor, go up to the line, write over its beginning, come back.
    this.#output.write(`\u001b7\u001b[${up}A\r${mark}\u001b8`);
  }

  #rowsOf(text: string): number {
    const columns = this.#output.columns || DEFAULT_COLUMNS;
    return stripVTControlCharacters(text)
      .split('\n')
      .reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
  }
}
