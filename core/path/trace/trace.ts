/**
 * The life of one message, as one node can tell it, or several together. Times are wall clock ms of
 * the node that the line names: those of one node may be compared to the ms, those of two only
 * roughly. Bodies are never in it.
 */
import type { Marks } from '../../contract/index.ts';
import type { Following } from './hop-ring.ts';

/** A message by its command's id, or by its place in the log. */
export type TraceKey =
  { readonly id: string } | { readonly conversation: string; readonly position: number };

/**
 * received: the command came. placed: it is to stand at this position, and goes to the store. kept:
 * the store has it. answered: with this outcome.
 */
export const HANDLED = ['received', 'placed', 'kept', 'answered'] as const;
export type HopName = (typeof HANDLED)[number] | Following;

export interface Hop {
  readonly at: number;
  readonly node: string;
  readonly hop: HopName;
  /** The sender's; of `delivered` and what follows from it, the reader's. */
  readonly user?: string | undefined;
  readonly device?: string | undefined;
  readonly consumer?: string | undefined;
  readonly position?: number | undefined;
  /** Of `kept`. */
  readonly epoch?: number | undefined;
  /** Of `answered`: `accepted`, `repeat`, or the code of the refusal. */
  readonly outcome?: string | undefined;
}

export interface TracedCommand {
  readonly id: string;
  readonly conversation: string;
  readonly number: number;
  readonly user: string;
  readonly device: string;
}

/** The entry as the log has it. */
export interface TracedEntry extends TracedCommand {
  readonly position: number;
  readonly order: number;
  readonly shard: number;
  /** By the sender's clock. */
  readonly sentAt: number;
  /** By the clock of the node that placed it. */
  readonly acceptedAt: number;
  readonly kind: string;
  /** Of a message whose body is there. */
  readonly mediaType?: string | undefined;
  readonly bodyBytes?: number | undefined;
}

/** A device that is here, or was when something was noted of it. */
export interface TracedDevice {
  readonly device: string;
  readonly here: boolean;
  readonly cursor: number;
  /** Its cursor has passed the entry. */
  readonly has: boolean;
}

export interface TracedUser extends Marks {
  readonly user: string;
  readonly hasReceived: boolean;
  readonly hasRead: boolean;
  readonly devices: readonly TracedDevice[];
}

export interface TracedDeadLetter {
  readonly why: string;
  readonly attempts: number;
  readonly at: number;
}

export interface TracedConsumer {
  readonly consumer: string;
  /** unknown: too much lies between its cursor and the entry. */
  readonly taken: 'yes' | 'no' | 'unknown';
  readonly deadLetter?: TracedDeadLetter | undefined;
}

/** Where readers stand, as it is kept. */
export interface Standing {
  /** Users who see the entry, the sender too; of these, who has it, and who has read it. */
  readonly sees: number;
  readonly received: number;
  readonly read: number;
  /** The first of them by name. */
  readonly users: readonly TracedUser[];
  /** Empty where another node serves: only an owner knows where its consumers are. */
  readonly consumers: readonly TracedConsumer[];
}

/** What a node's recorder reaches back to. */
export interface TracingNode {
  readonly node: string;
  /** Its wall clock when it answered. */
  readonly now: number;
  /** Under which it owns the shard now; absent: it does not. */
  readonly epoch?: number | undefined;
  /** The code of what kept the store from answering; absent: it answered. */
  readonly unread?: string | undefined;
  /** Commands since then are remembered; absent: none came. */
  readonly commandsSince?: number | undefined;
  /** Deliveries, marks and effects since then. */
  readonly hopsSince?: number | undefined;
  readonly commandsForgotten: number;
  readonly hopsForgotten: number;
  /** Deliveries above `limits.traceDevices` of their message, of all messages. */
  readonly leftOut: number;
}

export interface Trace {
  readonly key: TraceKey;
  readonly nodes: readonly TracingNode[];
  /** Absent: nobody knows such a command. */
  readonly command?: TracedCommand | undefined;
  /** Absent: it is not in the log, or the log could not be read. */
  readonly entry?: TracedEntry | undefined;
  /** By time. */
  readonly hops: readonly Hop[];
  readonly standing?: Standing | undefined;
}
