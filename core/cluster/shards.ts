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
    const epochs = await this.#persistence.takeShards(this.#node, shards);
    for (const [at, shard] of shards.entries()) this.#epochs.set(shard, epochs[at] as number);
  }

  /** The store says that another node owns it. */
  lose(shard: number): void {
    if (this.#epochs.delete(shard)) this.onLost(shard);
  }
}
