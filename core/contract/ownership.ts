/**
 * Who owns what, and who is there: kept by the store that holds the log, so that there is no second
 * source of truth. A lease says how soon another node may take over; whether it is safe, the epoch
 * says, which every append is checked against. All leases run on the store's clock.
 */

/** One life of a node, from its start to its end. A restart is another life. */
export interface NodeLife {
  /** The node's name. */
  readonly node: string;
  /** Unlike any other, 1 to 64 octets. */
  readonly life: string;
}

/** A life that has beaten and has not left. The newest of its node: an older one is forgotten. */
export interface LivingNode extends NodeLife {
  /** What is left of its lease, ms; 0 or less: it is over. */
  readonly leaseLeftMs: number;
  /**
   * True when what only its process could hold is free, whatever its lease says: it has ended, or
   * has lost its hold on the store. False: it lives, or the store cannot tell.
   */
  readonly gone: boolean;
}

/** A shard's last owner; no node and epoch 0: nobody has ever owned it. */
export interface ShardOwner {
  readonly shard: number;
  readonly epoch: number;
  readonly owner: NodeLife | undefined;
}

/** How all stands, read in one piece. */
export interface OwnershipRecord {
  /** By name, in byte order. */
  readonly nodes: readonly LivingNode[];
  /** Every shard, in ascending sequence. */
  readonly shards: readonly ShardOwner[];
  /** The store's wall clock, ms. */
  readonly now: number;
}

/** One shard to be taken, and the epoch that it is believed to have. */
export interface Take {
  readonly shard: number;
  readonly epoch: number;
}

export interface Ownership {
  /**
   * Renews the life's lease, which then runs for `leaseMs` from the moment of writing. Answers
   * `taken`, and writes nothing, while another life of the same node has a lease that is not over
   * and is not gone. Never waits for an append that is under way.
   */
  beat(life: NodeLife, leaseMs: number): Promise<OwnershipRecord | 'taken'>;
  /** How all stands. Writes nothing. */
  look(): Promise<OwnershipRecord>;
  /**
   * The life ends: its lease is over at once. Its shards keep their epochs and owner. A repeat, and
   * a life that is not known, change nothing.
   */
  leave(life: NodeLife): Promise<void>;
  /**
   * Takes shards for a life, all of them or none: each epoch rises by one, and every append under
   * an older epoch that was not kept before is fenced from then on. None are taken if one of them
   * has another epoch than is believed, or, unless `force`, if one is owned by a life of another
   * node whose lease is not over and that is not gone. A repeat of a take that came in changes
   * nothing: a shard that this life owns already under the next epoch counts as taken. Answers how
   * these shards stand afterwards, in the same sequence: they are taken if this life owns them. A
   * take whose answer was lost, repeated late by a network, so never takes anything back.
   */
  take(life: NodeLife, takes: readonly Take[], force: boolean): Promise<readonly ShardOwner[]>;
}
