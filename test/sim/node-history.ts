/** What a history holds of the inside of a node: its guards, consumers, shards and counters. */
import type { SeenEntry } from './history.ts';

/** What the run's nodes are set up with, ahead of everything else. */
export interface Configured {
  readonly type: 'configured';
  /** In the sequence in which they look. `open`: what they fail to look at is allowed. */
  readonly guards: readonly { readonly name: string; readonly open: boolean }[];
  /** `tries`: after so many failed attempts an entry is set aside. */
  readonly consumers: readonly { readonly name: string; readonly tries: number }[];
  /** Highest values that gauges may show, by name. */
  readonly bounds: Readonly<Record<string, number>>;
  /**
   * What the node was told in time is in the store after so long, if the store is well; Infinity:
   * the run has a store that is not.
   */
  readonly savedWithinMs: number;
  /** Conversations whose names begin so have one total order; absent: none. */
  readonly totalOrder?: string;
  /**
   * All conversations go by the time of sending, as far as it is no older than `skewMaxMs`; absent:
   * none does. `aheadMaxMs`: how far what was placed, but not kept, may push the log ahead.
   */
  readonly timeOrder?: { readonly skewMaxMs: number; readonly aheadMaxMs: number };
  /** Nothing befalls the nodes that would excuse a takeover, but planned ones; absent: it may. */
  readonly steady?: boolean;
  /** Nobody but an operator changes the owner; absent: the policy may. */
  readonly manual?: boolean;
  /** A body is there for so long at least; absent: for ever. */
  readonly bodiesLastMs?: number;
}
/** A guard has looked at a message. `failed`: it threw, hung, or said nothing sensible. */
export interface Guarded {
  readonly type: 'guarded';
  readonly guard: string;
  readonly id: string;
  readonly verdict: 'allow' | 'change' | 'refuse' | 'failed';
  /** The body that it was shown. */
  readonly from: string;
  /** The body that it made of it. */
  readonly to: string;
  /** Which life of a node; absent where nobody counts. */
  readonly life?: number;
}
/** A consumer was handed an entry. */
export interface Consuming {
  readonly type: 'consuming';
  readonly consumer: string;
  /** Which life of the node. */
  readonly life: number;
  readonly log: string;
  readonly entry: SeenEntry;
  readonly attempt: number;
}
/**
 * What became of an attempt. failed: it rejected. cut: nobody waited any more. undeliverable: it
 * asked for the entry to be set aside.
 */
export interface Consumed {
  readonly type: 'consumed';
  readonly consumer: string;
  readonly life: number;
  readonly log: string;
  readonly conversation: string;
  readonly position: number;
  readonly attempt: number;
  readonly outcome: 'done' | 'failed' | 'cut' | 'undeliverable';
}
/** A consumer's dead letters, read at the end, when it had nothing left to do. */
export interface SetAside {
  readonly type: 'set-aside';
  readonly consumer: string;
  readonly log: string;
  readonly letters: readonly { readonly conversation: string; readonly position: number }[];
}
/** A node is about to welcome a device. */
export interface Greeted {
  readonly type: 'greeted';
  /** Which life of a node; absent where nobody counts. */
  readonly life?: number;
  readonly user: string;
  readonly device: string;
}
/** A node took shards. */
export interface Taken {
  readonly type: 'taken';
  readonly log: string;
  readonly life: number;
  readonly shards: readonly number[];
  readonly epochs: readonly number[];
}

/** A node gave its shards to another, which may not know it yet. */
export interface Given {
  readonly type: 'given';
  readonly log: string;
  readonly life: number;
  /** The other's name. */
  readonly to: string;
}

export interface SeenCursor {
  readonly conversation: string;
  readonly user: string;
  readonly device: string;
  readonly cursor: number;
}
export interface SeenMarks {
  readonly conversation: string;
  readonly user: string;
  readonly received: number;
  readonly read: number;
}
interface Places {
  readonly log: string;
  readonly cursors: readonly SeenCursor[];
  readonly marks: readonly SeenMarks[];
}
/** The store said that it has kept these. */
export interface Saved extends Places {
  readonly type: 'saved';
  /** Which life of a node; absent where nobody counts. */
  readonly life?: number;
}
/** The store said where a device is. */
export interface Loaded {
  readonly type: 'loaded';
  readonly log: string;
  /** When it was asked. */
  readonly askedMs: number;
  readonly cursor: SeenCursor;
}
/** What a cold reader finds of cursors and marks, once the last node has stopped in order. */
export interface Standing extends Places {
  readonly type: 'standing';
}
/**
 * A sequencer beside the node's own handed these out, ascending; none: its process began. There is
 * one such process in a run at most.
 */
export interface Numbered {
  readonly type: 'numbered';
  readonly numbers: readonly number[];
}
/** A look at a node's counters and gauges, by name, and by name and label. */
export interface Counted {
  readonly type: 'counted';
  readonly life: number;
  /** Nothing is under way anywhere, and nobody asks for anything. */
  readonly quiet: boolean;
  readonly values: Readonly<Record<string, number>>;
}

/** A node said something while its lease, as the store has it, was over for so long. */
export interface SpokeLate {
  readonly type: 'spoke-late';
  readonly life: number;
  readonly lateMs: number;
  /** The types of the frames. */
  readonly frames: readonly string[];
}
/** A node has looked who owns what. */
export interface Looked {
  readonly type: 'looked';
  readonly life: number;
}
/** The wall clock of the store jumped. */
export interface ClockJumped {
  readonly type: 'clock-jumped';
  readonly byMs: number;
}
/** An operator asks for a change of the owner, or stops it; it may be refused. */
export interface Switching {
  readonly type: 'switching';
  readonly to: string;
}

export type NodeHistoryEvent =
  | Configured
  | Guarded
  | Consuming
  | Consumed
  | SetAside
  | Greeted
  | Taken
  | Given
  | Saved
  | Loaded
  | Standing
  | Numbered
  | Counted
  | SpokeLate
  | Looked
  | ClockJumped
  | Switching;
