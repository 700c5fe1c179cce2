/** Which shards wait for which users: for all whom a shard awaits, or for any of them. */
export class Awaited {
  readonly #enough: 'all' | 'any';
  readonly #byShard = new Map<number, Set<string>>();
  readonly #byUser = new Map<string, Set<number>>();
  #size = 0;

  constructor(enough: 'all' | 'any') {
    this.#enough = enough;
  }

  /** Users awaited, each once for every shard that awaits them. */
  get size(): number {
    return this.#size;
  }

  /** `users` is not empty, and the shard awaits nobody yet. */
  add(shard: number, users: ReadonlySet<string>): void {
    this.#byShard.set(shard, new Set(users));
    this.#size += users.size;
    for (const user of users) {
      const shards = this.#byUser.get(user);
      if (shards) shards.add(shard);
      else this.#byUser.set(user, new Set([shard]));
    }
  }

  /** The user is back: the shards that await nobody any more, in the sequence of their adding. */
  back(user: string): readonly number[] {
    const done: number[] = [];
    for (const shard of this.#byUser.get(user) ?? []) {
      if (this.#enough === 'any' || this.#byShard.get(shard)?.size === 1) done.push(shard);
      else this.#unlink(shard, user);
    }
    for (const shard of done) this.drop(shard);
    return done;
  }

  /** The shard awaits nobody any more. */
  drop(shard: number): void {
    for (const user of this.#byShard.get(shard) ?? []) this.#unlink(shard, user);
    this.#byShard.delete(shard);
  }

  #unlink(shard: number, user: string): void {
    this.#byShard.get(shard)?.delete(user);
    this.#size -= 1;
    const shards = this.#byUser.get(user);
    shards?.delete(shard);
    if (shards?.size === 0) this.#byUser.delete(user);
  }
}
