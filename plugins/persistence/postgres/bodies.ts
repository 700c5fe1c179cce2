/** Retires bodies of messages, a piece of a shard at a time, in one autocommit statement. */
import type { Retired, Retirement } from 'im-kernel/contract';
import type { Connection } from './connection.ts';

/** Above every cursor. */
const NO_END = Number.MAX_SAFE_INTEGER;

/**
 * It locks the rows that it changes and nothing else, so no append waits for it. Rows of a shard
 * become visible in the sequence of `seq` (migration 2): none is passed before it is there.
 */
const RETIRE = {
  name: 'retire',
  text: `
  WITH piece AS MATERIALIZED (
    SELECT e.seq, e.conversation, e.position, e.accepted_at, e.kind
      FROM entry e
     WHERE e.shard = $1 AND e.seq > $2 AND e.seq <= $3
     ORDER BY e.seq LIMIT $5
  ), due AS MATERIALIZED (
    SELECT p.* FROM piece p
     WHERE NOT EXISTS (SELECT FROM piece y WHERE y.accepted_at >= $4 AND y.seq <= p.seq)
  ), gone AS (
    UPDATE entry e SET kind = 'expired', media_type = NULL, body = NULL
      FROM due d
     WHERE d.kind = 'message' AND e.conversation = d.conversation AND e.position = d.position
       AND e.kind = 'message'
    RETURNING e.seq
  )
  SELECT coalesce(max(d.seq), $2) AS "upTo", (SELECT count(*) FROM gone) AS bodies FROM due d`,
};

export async function retire(connection: Connection, retirement: Retirement): Promise<Retired> {
  const { shard, after, upTo = NO_END, acceptedBefore, limit } = retirement;
  const values = [shard, after, upTo, acceptedBefore, limit];
  const [row] = await connection.rows<Retired>({ ...RETIRE, values });
  return row!;
}
