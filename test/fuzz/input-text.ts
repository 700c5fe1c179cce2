/** An input as text: for a report, and for `test/fuzz/regressions`. */
import type { Input } from './decode.ts';

interface Written extends Omit<Input, 'pieces'> {
  /** Hexadecimal. */
  readonly pieces: readonly string[];
}

/** One line of JSON; no piece is shortened, so that it can be judged again. */
export function inputToText(input: Input): string {
  const pieces = input.pieces.map((piece) => Buffer.from(piece).toString('hex'));
  return JSON.stringify({ ...input, pieces } satisfies Written);
}

export function textToInput(text: string): Input {
  const written = JSON.parse(text) as Written;
  return { ...written, pieces: written.pieces.map((hex) => Buffer.from(hex, 'hex')) };
}
