/** Which shard a conversation belongs to, and under which epoch this node owns it. */
import type { Persistence } from '../contract/index.ts';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * The shard of a conversation: FNV-1a over its octets, finished by murmur3's mixer, modulo the
 * count.
 */
export function shardOf(conversation: string, shards: number): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < conversation.length; at += 1) {
    hash = Math.imul(hash ^ conversation.charCodeAt(at), FNV_PRIME);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % shards;
}

export class Shards {
  readonly #persistence: Persistence;
  readonly #node: string;
  readonly #epochs = new Map<number, number>();
  /** Takes of a shard whose answer was lost: each may still come in, even behind a later one. */
  readonly #unanswered = new Map<number, number>();
  /** Told of each shard that the store says another owns. */
  onLost: (shard: number) => void = () => undefined;

  constructor(persistence: Persistence, node: string) {
    this.#persistence = persistence;
    this.#node = node;
  }

  of(conversation: string): number {
    return shardOf(conversation, this.#persistence.shards);
  }

  /** The epoch under which this node owns the shard; undefined: it does not. */
  epoch(shard: number): number | undefined {
    return this.#epochs.get(shard);
  }

  /** Takes shards, each with its next epoch. */
  async take(shards: readonly number[]): Promise<void> {
    const epochs = await this.#ask(shards);
    for (const [at, shard] of shards.entries()) this.#epochs.set(shard, epochs[at] as number);
  }

  /**
   * The store says that the shard's epoch is another one. True, once for each take that was not
   * answered: that may have been it, and no other node; the shard is to be taken again.
   */
  wasTakenHere(shard: number): boolean {
    const count = this.#unanswered.get(shard) ?? 0;
    if (count > 0) this.#unanswered.set(shard, count - 1);
    return count > 0;
  }

  /** The store says that another node owns it. */
  lose(shard: number): void {
    if (this.#epochs.delete(shard)) this.onLost(shard);
  }

  async #ask(shards: readonly number[]): Promise<readonly number[]> {
    try {
      return await this.#persistence.takeShards(this.#node, shards);
    } catch (error) {
      for (const shard of shards)
        this.#unanswered.set(shard, (this.#unanswered.get(shard) ?? 0) + 1);
      throw error;
    }
  }
}
