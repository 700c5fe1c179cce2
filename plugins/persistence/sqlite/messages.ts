/** What the node's thread and the store's thread say to each other. */
import type {
  AppendOutcome,
  ConversationChange,
  ConversationLine,
  ConversationRecord,
  Cursor,
  FriendLine,
  NodeLife,
  OwnershipRecord,
  Progress,
  Range,
  Registered,
  Retired,
  Retirement,
  SenderKey,
  ShardOwner,
  Take,
} from 'im-kernel/contract';
import type { Packed } from './packing.ts';

/** A part of a batch without its entries: those are the next `count` of the packed ones. */
export interface PartHead {
  readonly shard: number;
  readonly epoch: number;
  readonly count: number;
  readonly changes: readonly ConversationChange[];
}

/** What is done inside a transaction. */
export interface WriteCalls {
  append(heads: readonly PartHead[], entries: Packed): AppendOutcome[];
  take(life: NodeLife, takes: readonly Take[], force: boolean): ShardOwner[];
  saveProgress(progress: Progress): void;
  registerDevice(user: string, device: string): boolean;
  retire(retirement: Retirement): Retired;
  compareAndSet(key: string, expected: string | undefined, next: string): boolean;
}

/** A piece of a shard's log. */
export interface ShardSlice {
  readonly entries: Packed;
  readonly upTo: number;
}

/** What is answered between transactions. */
export interface ReadCalls {
  readConversation(conversation: string, range: Range): Packed;
  readShard(shard: number, after: number, limit: number): ShardSlice;
  shardEnd(): number;
  loadConversation(conversation: string): ConversationRecord | undefined;
  /** The packed entries are those found, in the sequence of their keys' indexes. */
  lastEntries(keys: readonly SenderKey[]): { found: number[]; entries: Packed };
  findEntry(key: SenderKey, number: number): Packed;
  loadCursor(conversation: string, user: string, device: string): Cursor;
  backlog(user: string, device: string, afterName: string, limit: number): string[];
  conversationsOf(user: string, afterName: string, limit: number): ConversationLine[];
  friendsOf(user: string, afterName: string, limit: number): FriendLine[];
  lastSeen(users: readonly string[]): number[];
  readRegister(key: string): string | undefined;
  listRegister(prefix: string, after: string, limit: number): Registered[];
}

/** What concerns the file of beats. */
export interface BeatCalls {
  beat(life: NodeLife, leaseMs: number): OwnershipRecord | 'taken';
  look(): OwnershipRecord;
  leave(life: NodeLife): void;
  /** Returns once the file can be written, whoever had to be ended for that. */
  free(): void;
}

export type Calls = WriteCalls & ReadCalls & BeatCalls;

export interface Request<K extends keyof Calls = keyof Calls> {
  readonly serial: number;
  readonly call: K;
  readonly args: Parameters<Calls[K]>;
}

/** Asks the thread to finish what came before, close the file and end. */
export const CLOSE = 'close';
export type ToThread = Request | typeof CLOSE;

/** Codes of the kernel's catalogue that come out of the thread. */
export type FailureCode =
  | 'IM_STORE_FULL'
  | 'IM_STORE_AWAY'
  | 'IM_STORE_BROKEN'
  | 'IM_STORE_OPEN'
  | 'IM_STORE_NEWER'
  | 'IM_BUG';

export interface Failure {
  readonly code: FailureCode;
  readonly details: Readonly<Record<string, string | number>>;
}

export interface Answer {
  readonly serial: number;
  readonly value?: unknown;
  readonly failure?: Failure;
}

export type FromThread =
  | { readonly say: 'opened'; readonly log: string; readonly shards: number }
  | { readonly say: 'refused'; readonly failure: Failure }
  /** `commitMs`: how long the transaction of these answers took. */
  | { readonly say: 'answers'; readonly answers: readonly Answer[]; readonly commitMs?: number }
  /** The log before the checkpoint could not be made shorter: no room. */
  | { readonly say: 'cramped'; readonly why: string }
  | { readonly say: 'broken'; readonly why: string }
  /** A process that held the file was ended. */
  | { readonly say: 'ended'; readonly ended: Ended };

/** A process that was stopped while it wrote, and was ended when its lease was over. */
export interface Ended extends NodeLife {
  readonly pid: number;
  /** Clock ticks from the machine's start to the process's. */
  readonly started: string;
  /** The machine's start. */
  readonly boot: string;
  /** What it held. */
  readonly file: string;
}

export interface OpenSettings {
  readonly file: string;
  /** Of a file that is made now. */
  readonly shards: number;
  /** The name of a log that is made now. */
  readonly log: string;
  /** Other processes use the file at once. */
  readonly together: boolean;
}
