/** Which shard a conversation belongs to, and under which epoch this node owns it. */
import type { NodeLife, Persistence, ShardOwner, Take } from '../contract/index.ts';

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
/** Under which epochs this life of the node owns shards. */
export class Shards {
  readonly life: NodeLife;
  readonly #persistence: Persistence;
  readonly #epochs = new Map<number, number>();
  #ended = false;
  /** Told of each shard that the store says another owns. */
  onLost: (shard: number) => void = () => undefined;

  constructor(persistence: Persistence, life: NodeLife) {
    this.#persistence = persistence;
    this.life = life;
  }

  of(conversation: string): number {
    return shardOf(conversation, this.#persistence.shards);
  }

  /** The epoch under which this node owns the shard; undefined: it does not. */
  epoch(shard: number): number | undefined {
    return this.#epochs.get(shard);
  }

  /** The shards that this node owns, with their epochs. */
  owned(): readonly Take[] {
    return [...this.#epochs].map(([shard, epoch]) => ({ shard, epoch }));
  }

  isMine({ owner }: ShardOwner): boolean {
    return owner?.life === this.life.life && owner.node === this.life.node;
  }

  /** Takes shards, all or none, which the store believes to stand so; true if they are taken. */
  async take(owners: readonly ShardOwner[], force: boolean): Promise<boolean> {
    if (owners.length === 0) return true;
    const takes = owners.map(({ shard, epoch }) => ({ shard, epoch }));
    const after = await this.#persistence.ownership.take(this.life, takes, force);
    return this.adopt(after);
  }

  /** Hands all that this life owns over to another, whatever became of its epochs meanwhile. */
  async give(to: NodeLife): Promise<void> {
    for (let takes = this.owned(); takes.length > 0;) {
      const after = await this.#persistence.ownership.take(to, takes, true);
      takes = after.filter((one) => this.isMine(one));
    }
  }

  /** Owns what the store says is owned by this life; true if all of it is. Never after the end. */
  adopt(owners: readonly ShardOwner[]): boolean {
    if (this.#ended || !owners.every((one) => this.isMine(one))) return false;
    for (const { shard, epoch } of owners) this.#epochs.set(shard, epoch);
    return true;
  }

  /**
   * Raises the epoch of a shard that is owned, so that nothing that is still on its way to the
   * store can come in. False: another node owns it now.
   */
  async retake(shard: number): Promise<boolean> {
    const epoch = this.#epochs.get(shard);
    if (epoch === undefined) return false;
    const takes = [{ shard, epoch }];
    const after = await this.#persistence.ownership.take(this.life, takes, false);
    return this.#heed(shard, after[0]);
  }

  /**
   * The store says that the shard has another epoch. True: it is this life's all the same, from a
   * take whose answer was lost.
   */
  async settle(shard: number): Promise<boolean> {
    const { shards } = await this.#persistence.ownership.look();
    return this.#heed(shard, shards[shard]);
  }

  /** Nothing is owned any more, nor will be: nobody is left to be answered. */
  end(): void {
    this.#ended = true;
    this.#epochs.clear();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Another node owns it. */
  lose(shard: number): void {
    if (this.#epochs.delete(shard)) this.onLost(shard);
  }

  #heed(shard: number, stands: ShardOwner | undefined): boolean {
    if (stands && this.adopt([stands])) return true;
    this.lose(shard);
    return false;
  }
}
