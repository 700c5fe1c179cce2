/** What a verb sees of the outside, so that a test can stand in for a terminal. */
import { styleText } from 'node:util';
import type { Environment } from '../core/config/interpolate.ts';

export interface Io {
  /** What was asked for: one or more lines. */
  out(text: string): void;
  /** Problems and hints: one or more lines. */
  err(text: string): void;
  readonly env: Environment;
  /** Emphasis where the reader is a terminal. */
  bold(text: string): string;
}

/**
 * 0 done, 1 could not start or do it, 2 wrong use of the command, 3 nobody answers, 4 not allowed,
 * 7 bad configuration.
 */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  denied: 4,
  config: 7,
} as const;

export function processIo(): Io {
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    env: process.env,
    bold: (text) => (process.stdout.isTTY ? styleText('bold', text) : text),
  };
}
