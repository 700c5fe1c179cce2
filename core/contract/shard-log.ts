/** A shard's log, as it is walked through: read by consumers, and rid of old bodies. */
import type { Entry } from './persistence.ts';

/** A piece of a shard's log. Cursors are whole numbers that rise along the log, with gaps. */
export interface ShardPage {
  readonly entries: readonly Entry[];
  readonly upTo: number;
}

/** Which bodies are to go. */
export interface Retirement {
  readonly shard: number;
  /** Begins behind this cursor: 0, or what an earlier answer gave. */
  readonly after: number;
  /** Passes no entry behind this cursor; absent: up to the end. */
  readonly upTo?: number;
  /** Retires bodies of entries accepted before this wall clock ms. */
  readonly acceptedBefore: number;
  /** Entries looked at, at most; at least 1. */
  readonly limit: number;
}

export interface Retired {
  /** The cursor to go on from. */
  readonly upTo: number;
  /** Bodies that were there before, and are gone. */
  readonly bodies: number;
}
