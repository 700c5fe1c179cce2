/**
 * The server's rule for a command, in the order of the protocol: refused before, repeat, conflict
 * or stale, waiting behind a passing refusal, ill-formed, and only then the rights. Runs in the
 * lane, without a pause.
 */
import type { Act, Send } from '../wire/frames.ts';
import type { Code } from '../wire/codes.ts';
import { PASSING } from '../wire/codes.ts';
import { UINT_MAX } from '../wire/field.ts';
import { judgeDirectSend, judgeFriendAct } from './direct.ts';
import type { Draft } from './draft.ts';
import { judgeGroupAct, judgeGroupSend } from './group.ts';
import type { Refusals } from './refusals.ts';
import { isRefusal, type ChatRules, type Effect, type Refusal } from './rules.ts';
import type { Placed } from './sender.ts';

/** A command on its way, with what admission already found wrong. */
export interface Pending {
  readonly command: Send | Act;
  readonly user: string;
  readonly device: string;
  /** `user device`, see senderKey. */
  readonly sender: string;
  readonly refusals: Refusals;
  readonly refusal: Refusal | undefined;
}

export type Verdict =
  | {
      readonly is: 'placed';
      readonly placed: Placed;
      readonly effect: Effect;
      readonly held: Held;
    }
  | { readonly is: 'repeat'; readonly placed: Placed }
  | {
      readonly is: 'refused';
      readonly code: Code;
      readonly detail: string | undefined;
      readonly expected?: number;
      /** Final and newly remembered: forgotten again if the batch that it was judged on fails. */
      readonly fresh?: true;
      readonly held?: Held;
    };

/** The passing refusal that it came again after: it holds again if the batch fails. */
type Held = Code | undefined;

/** `guarded`: the guards' refusal of this message; used after the rights. */
export function judge(
  pending: Pending,
  draft: Draft,
  rules: ChatRules,
  nowMs: number,
  guarded?: Refusal,
): Verdict {
  const { command, sender, refusals } = pending;
  const earlier = refusals.get(command.conversation, command.number);
  if (earlier) {
    if (earlier.id === command.id) {
      refusals.release(command.conversation, command.number);
      return refused(earlier.code, 'refused before');
    }
    return taken('conflict', pending, draft);
  }
  const last = draft.lastNumber(sender);
  if (command.number <= last || command.number === 0) return repeatOrStale(pending, draft);
  const owner = refusals.owner(command.conversation, command.number) ?? command.id;
  // A number is given to one id, whatever the answer was, and that one is still expected.
  if (owner !== command.id) return takenBy('conflict', pending, draft);
  const held = refusals.held(command.conversation, command.number, last);
  if (held) {
    refusals.hold(command.conversation, command.number, command.id, held);
    return refused(held, 'an earlier command must come again first');
  }
  const refusal = pending.refusal ?? judgeRights(pending, draft, rules, guarded);
  if (isRefusal(refusal)) return refusedNow(pending, refusal);
  const owed = refusals.release(command.conversation, command.number);
  const placed = draft.place(sender, command.number, command.id, nowMs);
  return { is: 'placed', placed, effect: refusal, held: owed };
}

function judgeRights(
  pending: Pending,
  draft: Draft,
  rules: ChatRules,
  guarded: Refusal | undefined,
): Refusal | Effect {
  const { command, user } = pending;
  const at = draft.position + 1;
  const direct = draft.conversation.parsed.kind === 'd';
  if (command.type === 'send') {
    const it = { command, user, draft, at, rules, guarded };
    return direct ? judgeDirectSend(it) : judgeGroupSend(it);
  }
  const it = { command, user, draft, at, rules };
  return direct ? judgeFriendAct(it) : judgeGroupAct(it);
}

function refusedNow(pending: Pending, refusal: Refusal): Verdict {
  const { command, refusals } = pending;
  const verdict = refused(refusal.code, refusal.detail);
  if (PASSING.has(refusal.code)) {
    refusals.hold(command.conversation, command.number, command.id, refusal.code);
    return verdict;
  }
  const held = refusals.release(command.conversation, command.number);
  refusals.remember(command.conversation, command.number, command.id, refusal.code);
  return { ...verdict, fresh: true, held };
}

function repeatOrStale(pending: Pending, draft: Draft): Verdict {
  const { command, sender } = pending;
  const placed = draft.placedUnder(sender, command.number);
  if (!placed) return taken('stale', pending, draft);
  if (placed.id !== command.id) return taken('conflict', pending, draft);
  pending.refusals.release(command.conversation, command.number);
  return { is: 'repeat', placed };
}

function taken(code: 'conflict' | 'stale', pending: Pending, draft: Draft): Verdict {
  const { conversation, number } = pending.command;
  // Its sender goes on under another number, so nothing may wait for this one any more.
  pending.refusals.release(conversation, number);
  return takenBy(code, pending, draft);
}

function takenBy(code: 'conflict' | 'stale', pending: Pending, draft: Draft): Verdict {
  const { conversation } = pending.command;
  const last = draft.lastNumber(pending.sender);
  const expected = pending.refusals.lowestFree(conversation, last);
  // A client may have used up the last number that a frame can hold: none is free then.
  if (expected > UINT_MAX) return { is: 'refused', code, detail: 'no number is left' };
  return { is: 'refused', code, detail: undefined, expected };
}

function refused(code: Code, detail: string): Verdict & { is: 'refused' } {
  return { is: 'refused', code, detail };
}
