/**
 * The record of what operators did: a line before the act and one after it, in a file of the data
 * folder, so that what was under way when the node died is seen, too.
 */
import { appendFile, readFile, rename, stat } from 'node:fs/promises';
import type { ActView } from '../protocol/index.ts';

/** Then it is moved aside, and the one that was there before is gone. */
const FILE_MAX_BYTES = 4 * 2 ** 20;

export class Acts {
  readonly #file: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** Resolves when it is written; rejects if it cannot be: then the act must not happen. */
  note(act: ActView): Promise<void> {
    const written = this.#writing.then(() => this.#write(`${JSON.stringify(act)}\n`));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** The last ones, newest first. */
  async last(limit: number): Promise<readonly ActView[]> {
    await this.#writing;
    const texts = await Promise.all([this.#read(`${this.#file}.1`), this.#read(this.#file)]);
    const acts = texts
      .join('')
      .split('\n')
      .flatMap((line) => parsed(line) ?? []);
    return acts.slice(-limit).toReversed();
  }

  async #write(line: string): Promise<void> {
    const bytes = await stat(this.#file).then(
      ({ size }) => size,
      () => 0,
    );
    if (bytes > FILE_MAX_BYTES) await rename(this.#file, `${this.#file}.1`);
    await appendFile(this.#file, line, { mode: 0o600 });
  }

  #read(file: string): Promise<string> {
    return readFile(file, 'utf8').catch(() => '');
  }
}

/** A crash may leave half a line. */
function parsed(line: string): ActView | undefined {
  try {
    return JSON.parse(line) as ActView;
  } catch {
    return undefined;
  }
}
