/** Retires bodies of messages, a piece of a shard at a time. In a transaction. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Retired, Retirement } from 'im-kernel/contract';
import { ROWS_MAX } from './shard-reads.ts';

/**
 * Octets of bodies retired at once: each page that a body fills is overwritten with zeros and
 * synced, and appends wait for that.
 */
const BYTES_MAX = 131_072;

type Row = readonly [seq: number, acceptedAt: number, isMessage: number, bytes: number];

export class Bodies {
  readonly #end: StatementSync;
  readonly #piece: StatementSync;
  readonly #retire: StatementSync;

  constructor(db: DatabaseSync) {
    this.#end = db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM entry');
    this.#piece = db.prepare(
      `SELECT e.seq, e.accepted_at, e.kind = 'message', coalesce(length(e.body), 0)
         FROM entry e
        CROSS JOIN conversation c ON c.id = e.conversation AND c.shard = :shard
        WHERE e.seq > :after AND e.seq <= :end
        ORDER BY e.seq LIMIT :limit`,
    );
    this.#piece.setReturnArrays(true);
    this.#retire = db.prepare(
      `UPDATE entry SET kind = 'expired', media_type = NULL, body = NULL WHERE seq = ?`,
    );
  }

  retire({ shard, after, upTo = Infinity, acceptedBefore, limit }: Retirement): Retired {
    const last = Number(this.#end.get()?.['seq']);
    const end = Math.max(after, Math.min(after + ROWS_MAX, upTo, last));
    const rows = this.#piece.all({ shard, after, end, limit }) as unknown as Row[];
    let [passed, bodies, bytes] = [after, 0, 0];
    for (const [seq, acceptedAt, isMessage, bodyBytes] of rows) {
      if (acceptedAt >= acceptedBefore || bytes > BYTES_MAX) return { upTo: passed, bodies };
      passed = seq;
      if (isMessage === 0) continue;
      this.#retire.run(seq);
      bodies += 1;
      bytes += bodyBytes;
    }
    return { upTo: rows.length < limit ? end : passed, bodies };
  }
}
