/** Reads a whole log out of PostgreSQL by plain SQL: the product has no say in it. */
import { Client } from 'pg';
import type { Drained } from '../sim/history.ts';
import { entryOf } from './cold-entry.ts';

const ENTRIES = `
  SELECT c.name AS conversation, e.position, e."order", e.id, d."user", d.name AS device, e.number,
         e.accepted_at, e.kind, e.body, e.act
    FROM im.entry e
    JOIN im.conversation c ON c.id = e.conversation
    JOIN im.device d ON d.id = e.device
   ORDER BY c.name COLLATE "C", e.position`;

/** Of every table: damaged rows, and pages whose checksum is wrong fail at once. */
const HEAPS = `
  SELECT t.relname, h.blkno, h.msg
    FROM pg_class t, LATERAL verify_heapam(t.oid) h
   WHERE t.relnamespace = 'im'::regnamespace AND t.relkind = 'r'`;

/** Every index: its order, and that it leads to every row. Fails at the first damage. */
const INDEXES = `
  SELECT bt_index_check(i.oid, true)
    FROM pg_class i
   WHERE i.relnamespace = 'im'::regnamespace AND i.relkind = 'i'`;

/** Rejects if PostgreSQL finds a table or an index damaged. */
export async function readColdPostgres(url: string): Promise<Drained> {
  const client = new Client({ connectionString: url });
  const rowsOf = async (text: string): Promise<Record<string, unknown>[]> =>
    (await client.query(text)).rows as Record<string, unknown>[];
  await client.connect();
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS amcheck');
    const [damage] = await rowsOf(HEAPS);
    if (damage !== undefined) throw new Error(`a table is damaged: ${JSON.stringify(damage)}`);
    await client.query(INDEXES);
    const [log] = await rowsOf(`SELECT value FROM im.meta WHERE key = 'log'`);
    const rows = await rowsOf(ENTRIES);
    const entries = rows.map((row) => entryOf(row, String(row['id'])));
    return { type: 'drained', log: String(log?.['value']), last: true, entries };
  } finally {
    await client.end();
  }
}
