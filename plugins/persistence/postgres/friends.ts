/** Friendships as both sides see them: a row of the table for each. */
import type { FriendLine, Friendship } from 'im-kernel/contract';

type State = FriendLine['state'];

/** The two users of `d/<user>/<user>`. */
export function pairOf(conversation: string): readonly [string, string] | undefined {
  const [kind, one, other, ...more] = conversation.split('/');
  const fits = kind === 'd' && one && other && one !== other && more.length === 0;
  return fits ? [one, other] : undefined;
}

/** How a friendship looks to `user`; undefined: as if it were not there. */
export function seenBy(user: string, friendship: Friendship): State | undefined {
  if (friendship.state === 'none') return undefined;
  if (friendship.state === 'friends') return 'friend';
  return friendship.by === user ? 'requested' : 'asked';
}

/** The friendship of a pair, from how it looks to its first user. */
export function friendshipFrom(
  [one, other]: readonly [string, string],
  state: State | undefined,
): Friendship {
  if (state === undefined) return { state: 'none' };
  if (state === 'friend') return { state: 'friends' };
  return { state: 'requested', by: state === 'requested' ? one : other };
}
