/** Under which epoch each shard is owned: the fence that every append passes. In a transaction. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export class Epochs {
  readonly #known = new Map<number, number>();
  readonly #select: StatementSync;

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT epoch FROM shard WHERE shard = ?');
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

  /** After a roll back, and after anybody else took shards. */
  forget(): void {
    this.#known.clear();
  }
}
