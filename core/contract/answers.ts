/**
 * Role `answers`: remembers recent answers outside of the node, so that a repeat is answered
 * without asking the store, on another node or after a restart too. Never the authority: the kernel
 * seals what it hands over, believes nothing that does not fit its seal, and asks the store in
 * every other case. So an implementation may forget, lie, fail and hang, and no answer is wrong.
 */
import type { Component } from './component.ts';

/**
 * Printable ASCII; the key is at most 400 characters, the value at most 160. A key always has the
 * same value, so that who writes last does not matter.
 */
export interface Remembered {
  readonly key: string;
  readonly value: string;
}

export interface AnswerCache extends Component {
  /**
   * The value of each key, in the same sequence; undefined: not known. What is found is kept for
   * its whole time anew. A lane waits for it: after `timeLimit` nobody does any more. A rejection,
   * a throw, or an answer of another length is a failure; so is a late one. After a failure the
   * kernel leaves the cache alone for `suspension`, then one call tries it. Must settle at some
   * time, whatever happens behind it.
   */
  recall(keys: readonly string[]): Promise<readonly (string | undefined)[]>;
  /**
   * Keeps these for a while, over what was there. One call at a time, in the background. Resolves
   * when they are kept, rejects if they (or some) are not; then they may be dropped.
   */
  remember(pairs: readonly Remembered[]): Promise<void>;
}
