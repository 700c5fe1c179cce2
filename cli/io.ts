/** What a verb sees of the outside, so that a test can stand in for a terminal. */
import { createInterface } from 'node:readline';
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
  /** Of the terminal that reads; absent: no terminal does. */
  readonly columns?: number;
  /** Asks whoever sits there for a line; '' if there comes none. Absent: nobody sits there. */
  readonly ask?: (question: string) => Promise<string>;
  /** Ends what would go on until it is interrupted: nobody reads it any more. */
  readonly end?: AbortSignal;
}

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** No node answers. */
  unreachable: 3,
  /** Whoever asked may not. */
  denied: 4,
  /** The cluster, or the settings, are not as expected. */
  unexpected: 5,
  /** No answer in time: it may still be going on. */
  late: 6,
  config: 7,
} as const;

export function processIo(): Io {
  const gone = new AbortController();
  const writer = (stream: NodeJS.WriteStream) => (text: string) => {
    if (stream.listenerCount('error') === 0) stream.on('error', onError);
    stream.write(`${text}\n`);
  };
  /** Whoever read a part of it, as `head` does, has enough. */
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    gone.abort();
  };
  return {
    out: writer(process.stdout),
    err: writer(process.stderr),
    end: gone.signal,
    env: process.env,
    bold: (text) => (process.stdout.isTTY ? styleText('bold', text) : text),
    ...(process.stdout.isTTY && { columns: process.stdout.columns }),
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
  };
}

/** On standard error: what is asked for may go elsewhere. */
function ask(question: string): Promise<string> {
  const line = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    line.once('close', () => resolve(''));
    line.question(question, (answer) => {
      resolve(answer);
      line.close();
    });
  });
}
