/** A consumer that writes down, in one file for all nodes, each entry as it comes and is done. */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { definePlugin, path, type Consumer, type Entry } from 'im-kernel/contract';

class Ledger implements Consumer {
  readonly #file: string;
  /** Unlike any other life of any node. */
  readonly #life = randomUUID();
  #handle: number | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  start(): Promise<void> {
    this.#handle = openSync(this.#file, 'a');
    return Promise.resolve();
  }

  stop(): Promise<void> {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
    return Promise.resolve();
  }

  async consume(entry: Entry, { attempt }: { readonly attempt: number }): Promise<void> {
    const { conversation, position, body } = entry;
    const text = body && Buffer.from(body).toString('utf8');
    this.#write({ ...entry, body: text ?? '', attempt });
    // So that the process may end in the middle.
    await new Promise((resolve) => void setImmediate(resolve));
    this.#write({ conversation, position, attempt, done: true });
  }

  /** One call for each line: lines of two processes do not mix. */
  #write(line: object): void {
    if (this.#handle === undefined) throw new Error('it has stopped');
    writeSync(this.#handle, `${JSON.stringify({ life: this.#life, ...line })}\n`);
  }
}

export default definePlugin({
  contract: 1,
  role: 'consumer',
  type: 'ledger',
  summary: 'Writes down each entry as it comes and is done: for the failover rigs.',
  stability: 'experimental',
  config: { file: path({ help: 'The file; made if it is absent.' }) },
  create: ({ file }) => new Ledger(file),
});
