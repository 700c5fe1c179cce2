/** The durable memory that the kernel lends to plugins: one value per key, compare and set. */
import type { Registered } from 'im-kernel/contract';
import type { Connection } from './connection.ts';

const READ_VALUE = { name: 'read-value', text: 'SELECT value FROM register WHERE key = $1' };

export async function readValue(connection: Connection, key: string): Promise<string | undefined> {
  const [row] = await connection.rows<{ value: string }>({ ...READ_VALUE, values: [key] });
  return row?.value;
}

const VALUES_FROM = {
  name: 'values-from',
  text: `SELECT key, value FROM register
          WHERE key > $1 AND key >= $2 ORDER BY key LIMIT $3`,
};

/** In byte order of the keys. What begins with a prefix stands together in it. */
export async function listValues(
  connection: Connection,
  prefix: string,
  after: string,
  limit: number,
): Promise<readonly Registered[]> {
  const values = [after, prefix, Math.max(0, limit)];
  const rows = await connection.rows<Registered>({ ...VALUES_FROM, values });
  const end = rows.findIndex(({ key }) => !key.startsWith(prefix));
  return end < 0 ? rows : rows.slice(0, end);
}

const ADD_VALUE = {
  name: 'add-value',
  text: `INSERT INTO register (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key`,
};
const SET_VALUE = {
  name: 'set-value',
  text: 'UPDATE register SET value = $2 WHERE key = $1 AND value = $3 RETURNING key',
};

export async function compareAndSet(
  connection: Connection,
  key: string,
  expected: string | undefined,
  next: string,
): Promise<boolean> {
  const statement = expected === undefined ? ADD_VALUE : SET_VALUE;
  const values = expected === undefined ? [key, next] : [key, next, expected];
  return (await connection.rows({ ...statement, values })).length > 0;
}
