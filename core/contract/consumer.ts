/**
 * Role `consumer`: is handed every entry after it is kept, from a durable cursor of its own. What
 * it does with an entry happens at least once: after a crash, or a failure that came too late to
 * be told from success, the same entry comes again. A node that stands by starts its consumers too,
 * and hands them nothing until it serves: what only one node may hold is no matter for `start`.
 */
import type { Component } from './component.ts';
import type { Entry } from './persistence.ts';

export interface Attempt {
  /** 1 for the first since this node took the entry up, then 2, 3 … */
  readonly attempt: number;
  /** Fires at the end of `timeLimit` and when the node stops: nobody waits any more. */
  readonly signal: AbortSignal;
}

export interface Consumer extends Component {
  /**
   * Called after `start` and never after `stop`. The entries of one conversation come one after the
   * other, in the sequence of their positions; up to `concurrency` shards side by side. Resolves
   * when the effect is done, for good. A rejection means: try again later, with the same entry. An
   * ImError `IM_CONSUMER_UNDELIVERABLE` means: never try this one again, set it aside with the
   * reason. So it goes after `tries` attempts, too. An operator may hand over once more what was
   * set aside: then it comes after entries that followed it, and may come beside them.
   */
  consume(entry: Entry, about: Attempt): Promise<void>;
}
