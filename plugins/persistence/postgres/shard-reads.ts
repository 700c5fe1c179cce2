/**
 * Reads a shard's entries in the sequence in which they were kept. Cursors are values of
 * `entry.seq`, which the appends of a shard are given one after the other: see migration 2.
 */
import type { ShardPage } from 'im-kernel/contract';
import type { Connection } from './connection.ts';
import { COLUMNS, toEntry, type EntryRow } from './rows.ts';

const PAGE = {
  name: 'shard-page',
  text: `SELECT e.seq, c.name, ${COLUMNS}, e.body
           FROM entry e
           JOIN conversation c ON c.id = e.conversation
           JOIN device d ON d.id = e.device
          WHERE e.shard = $1 AND e.seq > $2
          ORDER BY e.seq LIMIT $3`,
};

export async function readShard(
  connection: Connection,
  shard: number,
  after: number,
  limit: number,
): Promise<ShardPage> {
  const values = [shard, after, Math.max(0, limit)];
  const rows = await connection.rows<EntryRow & { seq: number; name: string }>({
    ...PAGE,
    values,
  });
  let upTo = after;
  const entries = rows.map(({ seq, name, ...row }) => {
    upTo = seq;
    return toEntry(name, row);
  });
  return { entries, upTo };
}

const END = {
  name: 'shard-end',
  text: 'SELECT e.seq FROM entry e WHERE e.shard = $1 ORDER BY e.seq DESC LIMIT 1',
};

/** The last row's place. */
export async function shardEnd(connection: Connection, shard: number): Promise<number> {
  const [row] = await connection.rows<{ seq: number }>({ ...END, values: [shard] });
  return row?.seq ?? 0;
}
