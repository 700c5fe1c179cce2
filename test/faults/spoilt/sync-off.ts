/**
 * Preloaded into a server (`--import`, in its threads too) it turns the store's syncs off: what the
 * power-cut rig must notice. Throws if there was nothing to turn off.
 */
import { DatabaseSync } from 'node:sqlite';

const FULL = 'synchronous = FULL';
const WAL = 'wal_autocheckpoint';
// Called with the database as `this`, below.
// oxlint-disable-next-line typescript/unbound-method
const plain = DatabaseSync.prototype.exec;

DatabaseSync.prototype.exec = function exec(this: DatabaseSync, sql: string): void {
  if (sql.includes(WAL) && !sql.includes(FULL)) throw new Error(`no ${FULL} in ${sql}`);
  plain.call(this, sql.replace(FULL, 'synchronous = OFF'));
};
