/**
 * An outbox in a file: changes are appended and synced, a line at a time, and the file is written
 * anew when most of it is past. The whole of it is also in memory, as the client needs it anyway.
 */
import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  applyChange,
  changesOf,
  emptyOutbox,
  type Outbox,
  type OutboxChange,
  type OutboxState,
} from '../outbox.ts';
import { lockFile } from './file-lock.ts';
import { mustSync, readLines, writeLine } from './outbox-lines.ts';

/**
 * Changes appended before the file is written anew, at least; beyond it, when they are four times
 * what is kept.
 */
const COMPACT_AFTER = 1_000;
/** Changes per line when it is written anew. */
const LINE_CHANGES = 256;

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

class FileOutbox implements Outbox {
  readonly #path: string;
  readonly #state = emptyOutbox();
  #file: FileHandle | undefined;
  #unlock: (() => Promise<void>) | undefined;
  #appended = 0;
  /** True if the end of the file is not known to be whole: it is then written anew. */
  #doubtful = true;

  constructor(path: string) {
    this.#path = path;
  }

  async load(): Promise<OutboxState> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    this.#unlock = await lockFile(this.#path);
    try {
      const { batches } = readLines(await textOf(this.#path));
      for (const change of batches.flat()) applyChange(this.#state, change);
      await this.#rewrite();
    } catch (error) {
      await this.close();
      throw error;
    }
    const copy = emptyOutbox();
    for (const change of changesOf(this.#state)) applyChange(copy, change);
    return copy;
  }

  async write(changes: readonly OutboxChange[]): Promise<void> {
    // Applied first: should the file fail, the next write puts down the whole state, these changes
    // included.
    for (const change of changes) applyChange(this.#state, change);
    this.#appended += changes.length;
    const { commands, last, received, read } = this.#state;
    const kept = commands.size + last.size + received.size + read.size;
    if (this.#doubtful || this.#appended > Math.max(COMPACT_AFTER, 4 * kept)) await this.#rewrite();
    else await this.#append(changes);
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    const unlock = this.#unlock;
    this.#unlock = undefined;
    await unlock?.();
  }

  async #append(changes: readonly OutboxChange[]): Promise<void> {
    const file = this.#file;
    if (file === undefined) throw new Error(`${this.#path} is not open`);
    this.#doubtful = true;
    await file.writeFile(writeLine(changes));
    if (mustSync(changes)) await file.datasync();
    this.#doubtful = false;
  }

  /** All of it into a new file, which takes the old one's place when it is on the disk. */
  async #rewrite(): Promise<void> {
    this.#doubtful = true;
    const next = `${this.#path}.new`;
    const changes = changesOf(this.#state);
    const file = await open(next, 'w', 0o600);
    try {
      for (let at = 0; at < changes.length; at += LINE_CHANGES) {
        await file.writeFile(writeLine(changes.slice(at, at + LINE_CHANGES)));
      }
      await file.sync();
      await rename(next, this.#path);
      await syncFolder(this.#path);
    } catch (error) {
      await file.close();
      throw error;
    }
    await this.#file?.close();
    this.#file = file;
    this.#appended = 0;
    this.#doubtful = false;
  }
}

/**
 * An outbox in the file at `path`; its folder is made if need be. One client at a time: the file is
 * locked.
 */
export function fileOutbox(path: string): Outbox {
  return new FileOutbox(path);
}
