/**
 * Role `guard`: looks at every message before it is kept. Guards stand in the sequence of the
 * configuration; each sees what the one before made of the message. A node that stands by starts
 * its guards too, and shows them nothing until it serves.
 */
import type { Component } from './component.ts';

/** A message on its way into the log. A copy: what a guard does to it changes nothing. */
export interface GuardedMessage {
  readonly conversation: string;
  readonly user: string;
  readonly device: string;
  /** The command's number, per user, device and conversation. */
  readonly number: number;
  /** The command's id, a UUID in lower-case text. */
  readonly id: string;
  /** The sender's wall clock, ms. Not to be trusted. */
  readonly sentAt: number;
  readonly mediaType: string;
  /** Under `text/*` well-formed UTF-8. */
  readonly body: Uint8Array;
}

export type GuardVerdict =
  | { readonly is: 'allow' }
  /**
   * Goes on with another body; without `mediaType`, of the same type. Sizes and UTF-8 are checked
   * again. Everybody but the sending device sees what was made of it.
   */
  | { readonly is: 'change'; readonly body: Uint8Array; readonly mediaType?: string }
  /** For good: the sender gets REFUSED `forbidden` with this sentence. */
  | { readonly is: 'refuse'; readonly detail: string };

export interface Guard extends Component {
  /**
   * Called for each message that is new (never for a repeat), before its rights are judged;
   * messages are looked at side by side. The same message may be looked at again, if it could not
   * be kept. A rejection, a throw, an ill-formed verdict or none within `timeLimit` is a failure:
   * `onFailure` decides about the message. After `limits.guardFailures` of them in a row the guard
   * is left out for `limits.guardSuspension`. Answering at once, without a promise, costs least.
   */
  look(message: GuardedMessage): GuardVerdict | Promise<GuardVerdict>;
}
