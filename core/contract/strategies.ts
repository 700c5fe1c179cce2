/**
 * Roles `ordering` and `failover`: policies. They are handed values and return values; the kernel
 * acts.
 */
import type { Component, Host } from './component.ts';
import type { Links } from './links.ts';

/** A command that is about to enter its conversation's log, its position already fixed. */
export interface Placing {
  readonly conversation: string;
  readonly position: number;
  readonly user: string;
  readonly device: string;
  readonly number: number;
  /** The sender's wall clock, ms. Not to be trusted. */
  readonly sentAt: number;
  /** The owner's wall clock, ms; never falls along a conversation. */
  readonly acceptedAt: number;
}

/**
 * Where a conversation stands before a batch. The same object as long as this kernel has placed
 * every entry since it made it, another one after the conversation was read from the store, since
 * others may have placed entries meanwhile: what an ordering remembers of a conversation belongs to
 * this object, in a WeakMap, and ends with it.
 */
export interface Standing {
  /** The last entry's; 0: there is none. */
  readonly acceptedAt: number;
}

/**
 * What readers must do to show messages in the strategy's order; sent to clients in WELCOME and
 * ORDERING.
 */
export interface ReaderRule {
  /** The strategy's name, as in `use:`. */
  readonly strategy: string;
  /** How long a reader holds a message for an earlier one, now, in ms. */
  readonly holdMs: number;
  /** The most that `holdMs` will ever be. */
  readonly maxHoldMs: number;
}

/** One value of the register, under its key. */
export interface Registered {
  readonly key: string;
  readonly value: string;
}

/** A small durable memory for plugins, one value per key, kept by the persistence in force. */
export interface Register {
  read(key: string): Promise<string | undefined>;
  /**
   * Sets `next` if the value is still `expected` (`undefined`: absent); false if it is not. Durable
   * when resolved.
   */
  compareAndSet(key: string, expected: string | undefined, next: string): Promise<boolean>;
  /**
   * The values whose keys begin with `prefix` and come after `after`, in byte order of their keys,
   * at most `limit` of them.
   */
  list(prefix: string, after: string, limit: number): Promise<readonly Registered[]>;
}

export interface OrderingHost extends Host {
  readonly register: Register;
  /** To other programs of the deployment, such as a sequencer that several servers use. */
  readonly links: Links;
  /** Tells every client the rule that holds from now on. */
  announce(rule: ReaderRule): void;
}

export interface Ordering extends Component {
  /** Where it serves other servers, with the real ports, once started; absent: it does not. */
  readonly addresses?: readonly string[];
  /** What holds now; valid once started. After `announce`, what was announced. */
  readonly rule: ReaderRule;
  /**
   * Gives each placing its order, in the same sequence. `lastOrder(conversation)` is the order of
   * that conversation's last entry before this batch (0: none), which need not be the highest;
   * `standing` tells where it stands. What was placed before may not have been kept. Orders within
   * a conversation are distinct, at most 2^48-1, and for one sender ascend with its numbers; in one
   * that this ordering has not placed in, another one may have, with orders of its own: then they
   * are above `lastOrder`. Called once per batch, with what belongs to it if other conversations
   * have another ordering. A promise delays the whole batch; a rejection refuses these placings
   * with `busy`.
   */
  place(
    batch: readonly Placing[],
    lastOrder: (conversation: string) => number,
    standing: (conversation: string) => Standing,
  ): readonly number[] | Promise<readonly number[]>;
}

/** What a failover policy may know. */
export interface ClusterView {
  readonly self: string;
  readonly shards: readonly {
    readonly shard: number;
    readonly owner: string | undefined;
    readonly epoch: number;
  }[];
  readonly nodes: readonly { readonly name: string; readonly lastBeatAgoMs: number }[];
}

export interface Failover extends Component {
  /** The shards that this node should own now. A pure function of the view. */
  plan(view: ClusterView): readonly number[];
}
