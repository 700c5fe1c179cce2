/** What a node saw of the ownership, and when it saw it change. */
import type { Clock, NodeLife, OwnershipRecord } from '../contract/index.ts';
import type { Shards } from './shards.ts';

export class Sightings {
  readonly #clock: Clock;
  readonly #shards: Shards;
  #record: OwnershipRecord | undefined;
  #seenMs = -Infinity;
  #changedMs = -Infinity;
  #other: NodeLife | undefined;

  constructor(clock: Clock, shards: Shards) {
    this.#clock = clock;
    this.#shards = shards;
  }

  note(record: OwnershipRecord): void {
    const before = this.#record;
    const changed = record.shards.some(({ owner }, at) => {
      return before !== undefined && before.shards[at]?.owner?.life !== owner?.life;
    });
    this.#seenMs = this.#clock.monotonic();
    if (changed) this.#changedMs = this.#seenMs;
    const other = record.shards.find((one) => one.owner && !this.#shards.isMine(one));
    this.#other = other?.owner ?? this.#other;
    this.#record = record;
  }

  /** This node took shards just now. */
  changed(): void {
    this.#changedMs = this.#clock.monotonic();
  }

  get record(): OwnershipRecord | undefined {
    return this.#record;
  }

  /** Since the record was seen, ms. */
  get agoMs(): number {
    return this.#clock.monotonic() - this.#seenMs;
  }

  /** Since a shard changed its owner, as far as this node saw, ms; Infinity: it saw none. */
  get tenureMs(): number {
    return this.#clock.monotonic() - this.#changedMs;
  }

  /** Who owned shards last, other than this life. */
  get other(): NodeLife | undefined {
    return this.#other;
  }
}
