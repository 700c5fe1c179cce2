/** One transaction, begun at once or not at all. */
import type { DatabaseSync } from 'node:sqlite';

/** Throws SQLite's BUSY without waiting if another connection writes. */
export function within<T>(db: DatabaseSync, act: () => T, begin = 'BEGIN IMMEDIATE'): T {
  db.exec(begin);
  try {
    const result = act();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite may have rolled back by itself.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
