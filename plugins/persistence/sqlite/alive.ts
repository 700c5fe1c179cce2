/**
 * A small file for each life, which its process holds locked as long as it lives: whoever finds it
 * free, or not there, knows at once that the life has ended.
 */
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { NodeLife } from 'im-kernel/contract';
import { faultOf } from './faults.ts';

/** Any life's name as part of a file's. */
export function aliveName({ node, life }: NodeLife): string {
  return createHash('sha256').update(`${node}\n${life}`).digest('hex').slice(0, 16);
}

/**
 * Only through SQLite is such a file opened: a process that closes a file by other means loses all
 * its locks on it.
 */
export class Alive {
  readonly #file: string;
  /** By name. As many as lives beat through this store: one for a node. */
  readonly #held = new Map<string, DatabaseSync>();

  /** `file`: the store's. */
  constructor(file: string) {
    this.#file = file;
  }

  #path(name: string): string {
    return `${this.#file}.${name}.alive`;
  }

  /** A repeat changes nothing. */
  hold(name: string): void {
    if (this.#held.has(name)) return;
    const lock = new DatabaseSync(this.#path(name), { timeout: 0 });
    try {
      lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      this.#held.set(name, lock);
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  release(name: string): void {
    const lock = this.#held.get(name);
    if (lock === undefined) return;
    this.#held.delete(name);
    this.sweep(name);
    lock.close();
  }

  gone(name: string): boolean {
    return !this.#held.has(name) && (!existsSync(this.#path(name)) || this.#isFree(name));
  }

  #isFree(name: string): boolean {
    let lock: DatabaseSync | undefined;
    try {
      lock = new DatabaseSync(this.#path(name), { timeout: 0, readOnly: true });
      lock.exec('SELECT count(*) FROM sqlite_schema');
      return true;
    } catch (error) {
      if (faultOf(error) === 'busy') return false;
      return !existsSync(this.#path(name));
    } finally {
      lock?.close();
    }
  }

  /** Removes what a life left behind that is gone. */
  sweep(name: string): void {
    rmSync(this.#path(name), { force: true });
  }

  close(): void {
    for (const name of this.#held.keys()) this.release(name);
  }
}
