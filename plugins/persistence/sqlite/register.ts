/** The durable memory that the kernel lends to plugins: one value per key, compare and set. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Registered } from 'im-kernel/contract';

export class RegisterTable {
  readonly #select: StatementSync;
  readonly #set: StatementSync;
  readonly #from: StatementSync;

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT value FROM register WHERE key = ?');
    this.#from = db.prepare(
      'SELECT key, value FROM register WHERE key > ? AND key >= ? ORDER BY key LIMIT ?',
    );
    this.#set = db.prepare(
      `INSERT INTO register (key, value) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
    );
  }

  read(key: string): string | undefined {
    const row = this.#select.get(key);
    return row && String(row['value']);
  }

  /** In byte order of the keys. */
  list(prefix: string, after: string, limit: number): Registered[] {
    const found: Registered[] = [];
    for (const row of this.#from.iterate(after, prefix, Math.max(0, limit))) {
      const key = String(row['key']);
      if (!key.startsWith(prefix)) break;
      found.push({ key, value: String(row['value']) });
    }
    return found;
  }

  /** Inside a transaction. */
  compareAndSet(key: string, expected: string | undefined, next: string): boolean {
    if (this.read(key) !== expected) return false;
    this.#set.run(key, next);
    return true;
  }
}
