/** Rules of direct conversations: who may write, and friendship. */
import type { Membership } from '../contract/index.ts';
import type { Act, Send } from '../wire/frames.ts';
import { refuse, type Case, type Effect, type Refusal } from './rules.ts';

type Verdict = Refusal | Effect;

export function judgeDirectSend(it: Case<Send>): Verdict {
  const hidden = notAParty(it);
  if (hidden) return hidden;
  if (it.rules.friendsOnly && !toSelf(it) && it.draft.friendship.state !== 'friends') {
    return refuse('not-friend', 'friendship is needed before writing here');
  }
  if (it.guarded) return it.guarded;
  open(it);
  return { kind: 'message' };
}

export function judgeFriendAct(it: Case<Act>): Verdict {
  const hidden = notAParty(it);
  if (hidden) return hidden;
  if (toSelf(it)) return refuse('invalid', 'nobody is their own friend');
  const verdict = befriend(it);
  if ('kind' in verdict) open(it);
  return verdict;
}

function befriend(it: Case<Act>): Verdict {
  const { draft, user } = it;
  const { friendship } = draft;
  const mine = friendship.state === 'requested' && friendship.by === user;
  const theirs = friendship.state === 'requested' && friendship.by !== user;
  switch (it.command.action) {
    case 'friend.request':
      if (friendship.state === 'friends') return refuse('already', 'already friends');
      if (mine) return refuse('already', 'already asked');
      draft.friendship = theirs ? { state: 'friends' } : { state: 'requested', by: user };
      // A request that meets the other's is an accept, and stands as one in the log.
      return { kind: theirs ? 'friend.accept' : 'friend.request' };
    case 'friend.accept':
      if (!theirs) return refuse('not-found', 'no request to accept');
      draft.friendship = { state: 'friends' };
      return { kind: 'friend.accept' };
    case 'friend.reject':
      if (!theirs) return refuse('not-found', 'no request to reject');
      draft.friendship = { state: 'none' };
      return { kind: 'friend.reject' };
    default:
      if (friendship.state !== 'friends' && !mine) return refuse('not-friend', 'not friends');
      draft.friendship = { state: 'none' };
      return { kind: 'friend.remove' };
  }
}

function pair(it: Case<Send | Act>): readonly [string, string] {
  const { parsed } = it.draft.conversation;
  return parsed.kind === 'd' ? parsed.users : ['', ''];
}

function notAParty(it: Case<Send | Act>): Refusal | undefined {
  return pair(it).includes(it.user) ? undefined : refuse('not-found', 'no such conversation');
}

function toSelf(it: Case<Send | Act>): boolean {
  const [a, b] = pair(it);
  return a === b;
}

/** The first accepted command makes the conversation, with both in it from position 1. */
function open(it: Case<Send | Act>): void {
  if (it.draft.exists) return;
  const role: Membership['role'] = 'member';
  for (const user of new Set(pair(it))) it.draft.join(user, role, 1);
}
