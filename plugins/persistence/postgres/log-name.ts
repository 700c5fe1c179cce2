/** The log's name and its shards: written once, when the tables are made, and read ever after. */
import type { Random } from 'im-kernel/contract';
import type { Connection } from './connection.ts';

export interface LogName {
  readonly log: string;
  readonly shards: number;
}

export function uuidFrom(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** What stands there; `proposed` if nothing does. Of two at once, one's proposal is kept. */
export async function nameLog(connection: Connection, proposed: LogName): Promise<LogName> {
  await connection.rows({
    text: `INSERT INTO meta (key, value) VALUES ('log', $1), ('shards', $2) ON CONFLICT DO NOTHING`,
    values: [proposed.log, String(proposed.shards)],
  });
  const rows = await connection.rows<{ key: string; value: string }>({
    text: 'SELECT key, value FROM meta',
  });
  const found = new Map(rows.map(({ key, value }) => [key, value]));
  const shards = Number(found.get('shards'));
  await connection.rows({
    text: 'INSERT INTO shard (shard) SELECT generate_series(0, $1 - 1) ON CONFLICT DO NOTHING',
    values: [shards],
  });
  return { log: found.get('log')!, shards };
}
