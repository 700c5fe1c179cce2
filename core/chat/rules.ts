/**
 * What chat rules are told, and what they answer. They are pure: they read and change only the
 * draft.
 */
import type { Act, Send } from '../wire/frames.ts';
import type { Code } from '../wire/codes.ts';
import type { Limits } from '../config/limits.ts';
import type { Draft } from './draft.ts';

export interface ChatRules {
  readonly limits: Limits;
  /** Friendship is needed before SEND in a direct conversation of two. */
  readonly friendsOnly: boolean;
}

export interface Refusal {
  readonly code: Code;
  readonly detail: string;
}

/** What becomes of an accepted command in the log, besides what the command says itself. */
export interface Effect {
  readonly kind: string;
  readonly users?: readonly string[];
  readonly title?: string | undefined;
  readonly open?: boolean;
}

/** A command before its conversation's rules. `at` is the position that it will have. */
export interface Case<C extends Send | Act> {
  readonly command: C;
  readonly user: string;
  readonly draft: Draft;
  readonly at: number;
  readonly rules: ChatRules;
  /** What the guards said of a message: final, but only for who may send it. */
  readonly guarded?: Refusal | undefined;
}

export function refuse(code: Code, detail: string): Refusal {
  return { code, detail };
}

export function isRefusal(verdict: Refusal | Effect): verdict is Refusal {
  return 'code' in verdict;
}

/**
 * Who may not see a group is told the same as if it did not exist; who was a member knows that it
 * does.
 */
export function notAMember(draft: Draft, user: string): Refusal | undefined {
  if (draft.members.has(user)) return undefined;
  if (draft.wasMember(user)) return refuse('not-member', 'no member of this group any more');
  return refuse('not-found', 'no such conversation');
}
