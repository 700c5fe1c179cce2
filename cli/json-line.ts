/** An answer for a program, which may pass a terminal on its way. */
import { printable } from '../core/kernel/printable.ts';

/**
 * What a terminal would obey is written as `\u009b`, which JSON reads as the same text: it leaves
 * some of that as it is, and has it nowhere but within texts.
 */
export function jsonLine(value: unknown): string {
  return printable(JSON.stringify(value));
}
