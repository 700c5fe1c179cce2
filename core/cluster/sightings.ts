/** What a node saw of the ownership, and when it saw it change. */
import type { Clock, LivingNode, NodeLife, OwnershipRecord } from '../contract/index.ts';
import type { Shards } from './shards.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly shards: Shards;
  readonly beatMs: number;
  readonly leaseMs: number;
}

/**
 * A jump of the store's clock by so much of a lease is noticed: by less, an answer may be late; and
 * less ends no lease that is renewed in time.
 */
const JUMP_PART = 1 / 3;
/** A store that comes back, or whose clock jumped, is left to its last owner for so many beats. */
const GRACE_BEATS = 2;
/** A node that was there so many leases ago may be there again: it takes that long to restart. */
const COMPANY_LEASES = 3;

export class Sightings {
  readonly #clock: Clock;
  readonly #around: Surroundings;
  #record: OwnershipRecord | undefined;
  #seenMs = -Infinity;
  #changedMs = -Infinity;
  #backMs = -Infinity;
  #other: NodeLife | undefined;
  #companyMs = -Infinity;

  constructor(around: Surroundings) {
    this.#clock = around.clock;
    this.#around = around;
  }

  note(record: OwnershipRecord): void {
    const before = this.#record;
    const changed = record.shards.some(({ owner }, at) => {
      return before !== undefined && before.shards[at]?.owner?.life !== owner?.life;
    });
    if (before && this.#isDoubtful(before, record)) this.#backMs = this.#clock.monotonic();
    this.#seenMs = this.#clock.monotonic();
    if (changed) this.#changedMs = this.#seenMs;
    const { node: self } = this.#around.shards.life;
    const isCompany = ({ node, gone, leaseLeftMs }: LivingNode): boolean =>
      node !== self && !gone && leaseLeftMs > 0;
    if (record.nodes.some(isCompany)) this.#companyMs = this.#seenMs;
    const other = record.shards.find((one) => one.owner && !this.#around.shards.isMine(one));
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

  /** After a beat, or at the end of the owner's lease: whoever follows need not lose that time. */
  get worthLookMs(): number {
    const { beatMs } = this.#around;
    const owner = this.#record?.shards.find((one) => one.owner)?.owner;
    const living = this.#record?.nodes.find(({ life }) => life === owner?.life);
    const leftMs = living && !living.gone ? living.leaseLeftMs - this.agoMs : 0;
    return leftMs > 0 ? Math.min(beatMs, leftMs + 1) : beatMs;
  }

  /** Since a shard changed its owner, as far as this node saw, ms; Infinity: it saw none. */
  get tenureMs(): number {
    return this.#clock.monotonic() - this.#changedMs;
  }

  /**
   * True just after the store was away from here for longer than a lease, or its clock has jumped:
   * a lease that ran out meanwhile tells nothing of its holder, who renews it about now.
   */
  get areYoung(): boolean {
    const { beatMs } = this.#around;
    return this.#clock.monotonic() - this.#backMs < GRACE_BEATS * beatMs;
  }

  /** True if another node lived here lately, as far as this node saw. */
  get inCompany(): boolean {
    return this.#clock.monotonic() - this.#companyMs < COMPANY_LEASES * this.#around.leaseMs;
  }

  /** Who owned shards last, other than this life. */
  get other(): NodeLife | undefined {
    return this.#other;
  }

  #isDoubtful(before: OwnershipRecord, record: OwnershipRecord): boolean {
    const { leaseMs } = this.#around;
    const jumpMs = Math.abs(record.now - before.now - this.agoMs);
    return this.agoMs > leaseMs || jumpMs > leaseMs * JUMP_PART;
  }
}
