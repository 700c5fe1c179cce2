/** How a part of a running program comes to new settings: tried first, then all at one moment. */
import type { Settings } from '../../config/settings.ts';
import type { ErrorCode } from '../../contract/index.ts';

/**
 * new: it was made anew, or read its files again. kept: it was to read its files again, with the
 * same settings, and goes on with what it had. failed: with its new settings it cannot go on.
 */
export interface PartNews {
  readonly part: string;
  readonly became: 'new' | 'kept' | 'failed' | 'gone';
  readonly why?: string;
  readonly code?: ErrorCode;
}

export interface Ready {
  readonly news: readonly PartNews[];
  /** The last that may fail: with the store, for what is to begin. Not called for a dry run. */
  open?(): Promise<void>;
  /** New from this moment. Resolves when what it had before has ended. Neither throws. */
  commit(): Promise<void>;
  /** Nothing comes of it: what was started is stopped again. */
  discard(): Promise<void>;
}

/** One kind of part. */
export interface Mover {
  /** Tries what is new in these settings and changes nothing. Never rejects: `news` says it. */
  prepare(next: Settings): Promise<Ready>;
}
