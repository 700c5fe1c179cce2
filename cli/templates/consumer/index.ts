/** Writes every entry as a line of JSON to a file. */
import { writeFile } from 'node:fs/promises';
import { definePlugin, path, type Attempt, type Consumer, type Entry } from 'im-kernel/contract';

/** Adds a line for good, or rejects; ends when the signal fires. */
export type Write = (line: string, signal: AbortSignal) => Promise<void>;

export class MyConsumer implements Consumer {
  readonly #write: Write;

  constructor(write: Write) {
    this.#write = write;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  /** An entry may come again, after a crash for instance: readers drop positions that they had. */
  consume(entry: Entry, { signal }: Attempt): Promise<void> {
    const { conversation, position, user, kind, acceptedAt, body } = entry;
    const text = body === undefined ? undefined : Buffer.from(body).toString('utf8');
    const line = JSON.stringify({ conversation, position, user, kind, acceptedAt, text });
    return this.#write(`${line}\n`, signal);
  }
}

export default definePlugin({
  contract: 1,
  role: 'consumer',
  type: 'my-plugin',
  summary: 'Writes every entry as a line of JSON to a file.',
  stability: 'experimental',
  config: {
    file: path({ help: 'The file; lines are added at its end.', fallback: './entries.jsonl' }),
  },
  create: ({ file }) =>
    new MyConsumer((line, signal) => writeFile(file, line, { flag: 'a', flush: true, signal })),
});
