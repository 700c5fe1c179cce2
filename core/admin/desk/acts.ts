/**
 * The record of what operators did: a line before the act and one after it, in a file of the data
 * folder, so that what was under way when the node died is seen, too.
 */
import { appendFile, readFile, rename, stat } from 'node:fs/promises';
import type { ActView } from '../protocol/index.ts';

/** In the data folder of the node. */
export const ACTS_FILE = 'acts.jsonl';
/** Then it is moved aside, and the one that was there before is gone. */
const FILE_MAX_BYTES = 4 * 2 ** 20;

export class Acts {
  readonly #file: string;
  #writing: Promise<void> = Promise.resolve();
  /** Before a line: another life, or a full disk, may have left half of one. */
  #before = '\n';

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
    const lines = texts.join('\n').split('\n');
    const acts: ActView[] = [];
    for (let at = lines.length - 1; at >= 0 && acts.length < limit; at -= 1) {
      acts.push(...parsed(lines[at] ?? ''));
    }
    return acts;
  }

  async #write(line: string): Promise<void> {
    const bytes = await stat(this.#file).then(
      ({ size }) => size,
      () => 0,
    );
    if (bytes > FILE_MAX_BYTES) await rename(this.#file, `${this.#file}.1`);
    const before = bytes > 0 ? this.#before : '';
    this.#before = '\n';
    await appendFile(this.#file, `${before}${line}`, { mode: 0o600 });
    this.#before = '';
  }

  #read(file: string): Promise<string> {
    return readFile(file, 'utf8').catch(() => '');
  }
}

/** A crash may leave half a line. */
function parsed(line: string): readonly ActView[] {
  try {
    return [JSON.parse(line) as ActView];
  } catch {
    return [];
  }
}
