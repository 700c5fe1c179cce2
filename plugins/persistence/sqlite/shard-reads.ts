/** Reads a shard's entries in the sequence in which they were kept: the rows' own sequence. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Entry } from 'im-kernel/contract';
import type { ShardSlice } from './messages.ts';
import { pack } from './packing.ts';
import { toEntry, type Row } from './rows.ts';

/**
 * Rows looked at in one reading, whatever shard they belong to: what bounds how long it keeps
 * commits waiting. No index leads to a shard's rows, as every append would have to pay for it.
 */
export const ROWS_MAX = 2_000;

export class ShardReads {
  readonly #end: StatementSync;
  readonly #slice: StatementSync;

  /** `columns`: those of a Row but the body, of an entry `e` and its device `d`. */
  constructor(db: DatabaseSync, columns: string) {
    this.#end = db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM entry');
    this.#slice = db.prepare(
      `SELECT e.seq, c.name, ${columns}, e.body
         FROM entry e
        CROSS JOIN conversation c ON c.id = e.conversation AND c.shard = :shard
        CROSS JOIN device d ON d.id = e.device
        WHERE e.seq > :after AND e.seq <= :end
        ORDER BY e.seq LIMIT :limit`,
    );
    this.#slice.setReturnArrays(true);
  }

  /** The last row's place; every shard's end. */
  end(): number {
    return Number(this.#end.get()?.['seq']);
  }

  read(shard: number, after: number, limit: number): ShardSlice {
    const end = Math.max(after, Math.min(after + ROWS_MAX, this.end()));
    const rows = this.#slice.all({ shard, after, end, limit: Math.max(0, limit) });
    const entries: Entry[] = [];
    let last = after;
    for (const row of rows as unknown as [number, string, ...Row][]) {
      const [seq, conversation, ...rest] = row;
      entries.push(toEntry(conversation, rest));
      last = seq;
    }
    return { entries: pack(entries), upTo: rows.length < limit ? end : last };
  }
}
