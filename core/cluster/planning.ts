/** What the policy makes of all that a node sees: what it should take, and who would follow it. */
import type { ClusterView, Failover, OwnershipRecord } from '../contract/index.ts';
import { clusterView, followerOf, type Seen } from './cluster-view.ts';
import type { Shards } from './shards.ts';
import type { Sightings } from './sightings.ts';

interface Surroundings {
  readonly failover: Failover;
  readonly shards: Shards;
  readonly sightings: Sightings;
  readonly member: Pick<Seen, 'cards' | 'suspects'> & { readonly ends: boolean };
}

const NOBODY: ReadonlySet<string> = new Set();

export class Planning {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Takes what the policy says; true if there was something, and it is taken. */
  async take(record: OwnershipRecord): Promise<boolean> {
    const { failover, shards, sightings, member } = this.#around;
    const planned = new Set(failover.plan(this.#view(record, member.suspects)));
    const wanted = record.shards.filter((one) => planned.has(one.shard) && !shards.isMine(one));
    if (wanted.length === 0 || member.ends || sightings.areYoung) return false;
    // A policy without leases owns by force; with them, the store says whether it may.
    if (!(await shards.take(wanted, !failover.rule.leased))) return false;
    sightings.changed();
    return true;
  }

  /** The first of those that could follow this node; undefined: nobody could. */
  heir(record: OwnershipRecord): string | undefined {
    return followerOf(this.#view(record, this.#around.member.suspects));
  }

  /** The same, as clients may see it: who is silent towards this node may be well for them. */
  heirForClients(record: OwnershipRecord): string | undefined {
    return followerOf(this.#view(record, NOBODY));
  }

  #view(record: OwnershipRecord, suspects: ReadonlySet<string>): ClusterView {
    const { shards, sightings, member } = this.#around;
    const { tenureMs } = sightings;
    return clusterView({
      self: shards.life.node,
      record,
      cards: member.cards,
      suspects,
      tenureMs,
    });
  }
}
