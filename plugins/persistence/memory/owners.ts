/** Who owns which shard, and whose lease runs: what the contract says of ownership, plainly. */
import { must } from 'im-kernel/contract';
import type { Clock, NodeLife, OwnershipRecord, ShardOwner, Take } from 'im-kernel/contract';

/** The newest life of a node, and when its lease ends, on the monotonic clock. */
interface Beaten {
  readonly life: string;
  readonly endsMs: number;
}

function same(one: NodeLife | undefined, other: NodeLife): boolean {
  return one?.node === other.node && one.life === other.life;
}

export class Owners {
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly #shards: ShardOwner[];
  readonly #nodes = new Map<string, Beaten>();

  constructor(shards: number, clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#clock = clock;
    this.#shards = Array.from({ length: shards }, (_, shard) => {
      return { shard, epoch: 0, owner: undefined };
    });
  }

  /** Undefined: there is no such shard. */
  epoch(shard: number): number | undefined {
    return this.#shards[shard]?.epoch;
  }

  beat({ node, life }: NodeLife, leaseMs: number): OwnershipRecord | 'taken' {
    const last = this.#nodes.get(node);
    if (last !== undefined && last.life !== life && this.#leftMs(last) > 0) return 'taken';
    this.#nodes.set(node, { life, endsMs: this.#clock.monotonic() + leaseMs });
    return this.look();
  }

  look(): OwnershipRecord {
    const nodes = [...this.#nodes].map(([node, beaten]) => {
      return { node, life: beaten.life, leaseLeftMs: this.#leftMs(beaten), gone: false };
    });
    nodes.sort((a, b) => Buffer.compare(Buffer.from(a.node), Buffer.from(b.node)));
    return { nodes, shards: [...this.#shards], now: this.#clock.now() };
  }

  leave({ node, life }: NodeLife): void {
    if (this.#nodes.get(node)?.life === life) this.#nodes.delete(node);
  }

  take({ node, life }: NodeLife, takes: readonly Take[], force: boolean): readonly ShardOwner[] {
    const taker = { node, life };
    if (takes.every((take) => this.#mayTake(taker, take, force))) {
      for (const { shard, epoch } of takes) {
        this.#shards[shard] = { shard, epoch: epoch + 1, owner: taker };
      }
    }
    return takes.map(({ shard }) => this.#at(shard));
  }

  #mayTake(taker: NodeLife, take: Take, force: boolean): boolean {
    const { epoch, owner } = this.#at(take.shard);
    if (epoch === take.epoch + 1) return same(owner, taker);
    if (epoch !== take.epoch) return false;
    return force || owner === undefined || owner.node === taker.node || !this.#holds(owner);
  }

  /** Whether this life's lease runs. */
  #holds({ node, life }: NodeLife): boolean {
    const last = this.#nodes.get(node);
    return last?.life === life && this.#leftMs(last) > 0;
  }

  #leftMs({ endsMs }: Beaten): number {
    return endsMs - this.#clock.monotonic();
  }

  #at(shard: number): ShardOwner {
    const found = this.#shards[shard];
    must(found !== undefined, `there is no shard ${shard}`);
    return found;
  }
}
