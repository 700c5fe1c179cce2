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

/** A node, as a failover policy sees it. */
export interface NodeView {
  readonly name: string;
  /** Lower goes first. */
  readonly priority: number;
  /**
   * live: its lease runs. over: its lease is over. gone: surely ended, whatever its lease says.
   */
  readonly state: 'live' | 'over' | 'gone';
  /** It can own shards: it reaches the store, speaks our versions, and is not leaving. */
  readonly ready: boolean;
  /** Silent on its link for longer than `suspectAfterMs`, or its link has broken. */
  readonly suspect: boolean;
}

/** What a failover policy may know. */
export interface ClusterView {
  readonly self: string;
  /** Every node with a life that has not left, oneself among them, by name. */
  readonly nodes: readonly NodeView[];
  readonly shards: readonly {
    readonly shard: number;
    /** The node that owned it last, whether it is still there or not. */
    readonly owner: string | undefined;
    readonly epoch: number;
  }[];
  /** Since this node saw a shard change its owner, ms; Infinity: it never did. */
  readonly tenureMs: number;
}

/**
 * When a new owner does what the last one had accepted and not finished: effects of entries that
 * consumers have not taken yet. eager: at once. on-reconnect: a shard's when the authors of such
 * entries are back, within a limit. per-client: when one of a conversation's members is back, or
 * writes anew. What a device has not received is always delivered when the device is back.
 */
export type Replay = 'eager' | 'on-reconnect' | 'per-client';

/** What holds for a node under its policy, whatever happens. */
export interface FailoverRule {
  /** False: the node owns what it owns without a lease, until another takes it. */
  readonly leased: boolean;
  /** This node's own; lower goes first. */
  readonly priority: number;
  /** Silence on a link after which the node there is suspect, ms. */
  readonly suspectAfterMs: number;
  readonly replay: Replay;
  /** With `on-reconnect`: how long the authors are waited for, ms. */
  readonly replayWithinMs: number;
}

export interface Failover extends Component {
  readonly rule: FailoverRule;
  /**
   * The shards that this node should own now: asked at each beat and each change of the view. What
   * is not owned yet is then taken, which the store may refuse; what is owned is never given up by
   * leaving it out. A pure function of the view.
   */
  plan(view: ClusterView): readonly number[];
}
