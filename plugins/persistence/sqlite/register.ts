/** The durable memory that the kernel lends to plugins: one value per key, compare and set. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export class RegisterTable {
  readonly #select: StatementSync;
  readonly #set: StatementSync;

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT value FROM register WHERE key = ?');
    this.#set = db.prepare(
      `INSERT INTO register (key, value) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
    );
  }

  read(key: string): string | undefined {
    const row = this.#select.get(key);
    return row && String(row['value']);
  }

  /** Inside a transaction. */
  compareAndSet(key: string, expected: string | undefined, next: string): boolean {
    if (this.read(key) !== expected) return false;
    this.#set.run(key, next);
    return true;
  }
}
