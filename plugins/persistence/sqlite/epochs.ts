/** Who owns which shard: the fence that every append passes. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export class Epochs {
  readonly #shards: number;
  readonly #known = new Map<number, number>();
  readonly #select: StatementSync;
  readonly #take: StatementSync;

  constructor(db: DatabaseSync, shards: number) {
    this.#shards = shards;
    this.#select = db.prepare('SELECT epoch FROM shard WHERE shard = ?');
    this.#take = db.prepare(
      `INSERT INTO shard (shard, epoch, node) VALUES (?, 1, ?)
       ON CONFLICT DO UPDATE SET epoch = epoch + 1, node = excluded.node RETURNING epoch`,
    );
  }

  /** A shard that was never taken has no epoch, and no append passes. */
  holds(shard: number, epoch: number): boolean {
    return epoch === (this.#known.get(shard) ?? this.#load(shard));
  }

  #load(shard: number): number | undefined {
    const row = this.#select.get(shard);
    if (row) this.#known.set(shard, Number(row['epoch']));
    return this.#known.get(shard);
  }

  /** Inside a transaction. */
  take(node: string, shard: number): number {
    if (!Number.isInteger(shard) || shard < 0 || shard >= this.#shards) {
      throw new Error(`there is no shard ${shard}`);
    }
    const epoch = Number(this.#take.get(shard, node)?.['epoch']);
    this.#known.set(shard, epoch);
    return epoch;
  }

  /** After a roll back. */
  forget(): void {
    this.#known.clear();
  }
}
