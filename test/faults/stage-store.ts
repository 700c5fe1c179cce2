/** What a stage's server keeps its log in. */
import { join } from 'node:path';
import type { Drained } from '../sim/history.ts';
import { readColdSqlite } from './cold-sqlite.ts';

export interface StageStore {
  /** The block `persistence` of the server's configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
  /**
   * The whole log, read past the product when no server runs. Rejects if what holds it is damaged.
   */
  readonly readLog: () => Promise<Drained>;
}

/** The file of the store in a folder. */
export function sqliteFile(folder: string): string {
  return join(folder, 'store', 'im.db');
}

/** `use`: the path of a plugin that is used instead. */
export function sqliteIn(folder: string, use = 'sqlite'): StageStore {
  const file = sqliteFile(folder);
  return {
    settings: { use, file },
    readLog: () => Promise.resolve().then(() => readColdSqlite(file)),
  };
}
