/** Brings a database to the newest schema: each migration once, in its own transaction, in turn. */
import { createHash } from 'node:crypto';
import { ImError } from 'im-kernel/contract';
import type { Connection } from './connection.ts';
import { MIGRATIONS, type Migration } from './migrations/index.ts';

export interface Place {
  readonly database: string;
  readonly schema: string;
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/** Half of the advisory lock's key ("imkn"); the other half is the schema's name. */
const LOCK_CLASS = 0x696d6b6e;

const TABLE = `
CREATE TABLE migration (
  number   integer     NOT NULL PRIMARY KEY,
  name     text        NOT NULL,
  checksum text        NOT NULL,
  at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE migration IS 'The steps by which this schema was made.';`;

export function checksumOf({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex');
}

/**
 * Nodes that start together wait for each other here, as long as it takes (until `signal` fires
 * and the connection is destroyed). Needs no right to create anything if nothing is to be done.
 */
export async function migrate(connection: Connection, place: Place): Promise<void> {
  await connection.run('SET statement_timeout = 0; SET lock_timeout = 0');
  const values = [LOCK_CLASS, place.schema];
  await connection.rows({ text: 'SELECT pg_advisory_lock($1, hashtext($2))', values });
  try {
    await makeSchema(connection, place.schema);
    const applied = await read(connection);
    mustFit(applied, place);
    for (const [at, migration] of MIGRATIONS.entries()) {
      if (at >= applied.length) await apply(connection, at + 1, migration);
    }
  } finally {
    if (!connection.lost) {
      await connection.rows({ text: 'SELECT pg_advisory_unlock($1, hashtext($2))', values });
    }
  }
}

async function makeSchema(connection: Connection, schema: string): Promise<void> {
  const values = [schema];
  const found = await connection.rows({
    text: 'SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1',
    values,
  });
  if (found.length === 0) await connection.run(`CREATE SCHEMA "${schema}"`);
  const [table] = await connection.rows<{ there: boolean }>({
    text: `SELECT to_regclass(format('%I.migration', $1::text)) IS NOT NULL AS there`,
    values,
  });
  if (!table!.there) await connection.run(TABLE);
}

function read(connection: Connection): Promise<Applied[]> {
  return connection.rows({ text: 'SELECT number, name, checksum FROM migration ORDER BY number' });
}

function mustFit(applied: readonly Applied[], { database, schema }: Place): void {
  if (applied.length > MIGRATIONS.length) {
    const known = MIGRATIONS.length;
    const file = `the schema ${schema} of ${database}`;
    throw new ImError('IM_STORE_NEWER', { file, setting: 'url', found: applied.length, known });
  }
  for (const [at, { name, checksum }] of applied.entries()) {
    if (checksum === checksumOf(MIGRATIONS[at]!)) continue;
    const why = `migration ${at + 1} (${name}) of the schema ${schema} is not the one known here`;
    throw new ImError('IM_STORE_UNFIT', { database, setting: 'url', why });
  }
}

async function apply(connection: Connection, number: number, migration: Migration): Promise<void> {
  const { name, sql } = migration;
  const record = `INSERT INTO migration (number, name, checksum)
                  VALUES (${number}, '${name}', '${checksumOf(migration)}')`;
  try {
    await connection.run(`BEGIN; ${sql}; ${record}`);
    const command = await connection.run('COMMIT');
    if (command !== 'COMMIT') throw new Error(`migration ${number} ended in ${command}`);
  } catch (error) {
    if (!connection.lost) await connection.run('ROLLBACK');
    throw error;
  }
}
