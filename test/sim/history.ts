/**
 * What happened in a run, in one format for the simulator and for the rigs with real processes.
 * Plain data: it can be written as JSON lines. The checkers are pure functions over it and know
 * nothing of how it was made.
 *
 * A *run* is one process of a client, from its start to its crash; a *session* one connection of
 * it. Bodies are `text` as it was sent, or a fingerprint of it, as long as a run uses one of the
 * two throughout.
 */
import type { NodeHistoryEvent } from './node-history.ts';

/** One entry of a log, as somebody saw it. */
export interface SeenEntry {
  readonly conversation: string;
  readonly position: number;
  readonly order: number;
  readonly id: string;
  readonly user: string;
  readonly device: string;
  /** 0 where the observer is not told. */
  readonly number: number;
  readonly acceptedAt: number;
  readonly kind: string;
  readonly body: string;
  readonly users: readonly string[];
  readonly title: string;
}

/** Which process of which device. */
export interface Actor {
  readonly user: string;
  readonly device: string;
  readonly run: number;
}

export interface Invoked extends Actor {
  readonly type: 'invoked';
  readonly id: string;
  readonly conversation: string;
  readonly kind: string;
  readonly body: string;
  readonly users: readonly string[];
  readonly title: string;
}
/**
 * What the SDK told the application about a command. `log`: the store's history that the run then
 * knew.
 */
export interface Outcome extends Actor {
  readonly type: 'outcome';
  readonly id: string;
  readonly log: string;
  readonly conversation: string;
  readonly state: 'accepted' | 'refused';
  readonly position: number;
  readonly code: string;
}
interface Showing extends Actor {
  readonly log: string;
  readonly entry: SeenEntry;
}
/** The application's handler was given an entry. */
export interface Shown extends Showing {
  readonly type: 'shown';
  /** It was told that the entry belongs before one that was shown already. */
  readonly late?: boolean;
}
/** The application's handler was done with it. */
export interface Handled extends Showing {
  readonly type: 'handled';
}
/** A client has a connection, and has said nothing on it yet. */
export interface Connected extends Actor {
  readonly type: 'connected';
  readonly session: string;
  /** Which life of a node it is with; absent where nobody knows. */
  readonly life?: number;
}
/** The client's system says that the connection is over. */
export interface Closed {
  readonly type: 'closed';
  readonly session: string;
}
/** A connection was welcomed. */
export interface Welcomed extends Actor {
  readonly type: 'welcomed';
  readonly session: string;
  readonly log: string;
  readonly window: number;
}
/** A command left for the server: what the wire carried. */
export interface Sent {
  readonly type: 'sent';
  readonly session: string;
  readonly conversation: string;
  readonly number: number;
  readonly id: string;
}
/** ACCEPTED arrived. */
export interface Accepted {
  readonly type: 'accepted';
  readonly session: string;
  readonly conversation: string;
  readonly number: number;
  readonly id: string;
  readonly position: number;
  readonly order: number;
  readonly acceptedAt: number;
  readonly duplicate: boolean;
}
/** MOVED arrived. */
export interface Moved {
  readonly type: 'moved';
  readonly session: string;
  readonly addresses: readonly string[];
}
/** ERROR arrived. */
export interface Erred {
  readonly type: 'error';
  readonly session: string;
  readonly code: string;
}
/** REFUSED arrived. */
export interface Refused {
  readonly type: 'refused';
  readonly session: string;
  readonly conversation: string;
  readonly number: number;
  readonly id: string;
  readonly code: string;
}
/** DELIVER arrived. */
export interface Delivered {
  readonly type: 'delivered';
  readonly session: string;
  readonly entry: SeenEntry;
  readonly previous: number;
  readonly again: boolean;
}
/** RECEIVED (or READ) left for the server. */
export interface Acknowledged {
  readonly type: 'acknowledged';
  readonly session: string;
  readonly conversation: string;
  readonly position: number;
}
/** RECEIPT arrived. */
export interface Receipt {
  readonly type: 'receipt';
  readonly session: string;
  readonly conversation: string;
  readonly user: string;
  readonly received: number;
  readonly read: number;
}
/** A client process began; `kept`: with the outbox that its device had before. */
export interface Started extends Actor {
  readonly type: 'started';
  readonly kept: boolean;
}
export interface Crashed extends Actor {
  readonly type: 'crashed';
}
export interface NodeEvent {
  readonly type: 'node';
  readonly what: 'started' | 'crashed' | 'stopped';
  readonly detail: string;
  /** Its name, and where it listens; absent where there is one. */
  readonly node?: string;
  readonly address?: string;
  /** The how manieth life of all nodes; absent where nobody counts. */
  readonly life?: number;
}
/** An append was applied by the store. */
export interface Kept {
  readonly type: 'kept';
  readonly log: string;
  readonly entry: SeenEntry;
  /** Absent where the observer is not told. */
  readonly shard?: number;
  readonly epoch?: number;
}
/**
 * A store has recovered what an earlier process left: the names of all entries in its log
 * (conversation, position and id), in their sequence. `again`: nothing was written since it did so
 * last.
 */
export interface Recovered {
  readonly type: 'recovered';
  readonly log: string;
  readonly entries: readonly string[];
  readonly again: boolean;
}
/**
 * A log as a cold reader found it, at the end or when it was lost. `last`: no later log follows.
 */
export interface Drained {
  readonly type: 'drained';
  readonly log: string;
  readonly last: boolean;
  readonly entries: readonly SeenEntry[];
}

type WithTime<T> = T & { readonly atMs: number };
export type HistoryEvent =
  | Invoked
  | Outcome
  | Shown
  | Handled
  | Welcomed
  | Sent
  | Accepted
  | Moved
  | Erred
  | Refused
  | Delivered
  | Acknowledged
  | Receipt
  | Started
  | Crashed
  | NodeEvent
  | Kept
  | Drained
  | Recovered
  | Connected
  | Closed
  | NodeHistoryEvent;
export type History = readonly WithTime<HistoryEvent>[];

/** A broken promise, with the fewest events that show it. */
export interface Violation {
  readonly promise: string;
  readonly why: string;
  readonly events: readonly HistoryEvent[];
}
export type Check = (history: History) => readonly Violation[];

/** Gathers a history while it happens. */
export class HistoryRecorder {
  readonly #events: WithTime<HistoryEvent>[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(event: HistoryEvent): void {
    this.#events.push({ ...event, atMs: this.#nowMs() });
  }

  get nowMs(): number {
    return this.#nowMs();
  }

  get history(): History {
    return this.#events;
  }
}
