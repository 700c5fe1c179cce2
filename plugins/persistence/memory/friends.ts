/** Who is whose friend, from both sides. A friendship belongs to the two’s direct conversation. */
import { must } from 'im-kernel/contract';
import type { ConversationChange, FriendLine, Friendship, ShardAppend } from 'im-kernel/contract';

type State = FriendLine['state'];

/** The two users of `d/<user>/<user>`; a bug if the name is another. */
function pairOf(conversation: string): readonly [string, string] {
  const [kind, one, other, ...more] = conversation.split('/');
  must(
    kind === 'd' && one && other && one !== other && more.length === 0,
    `${conversation} is no direct conversation of two users, and holds no friendship`,
  );
  return [one, other];
}

/** How the friendship looks to `user`; undefined: as if it were not there. */
function seenBy(user: string, friendship: Friendship): State | undefined {
  if (friendship.state === 'none') return undefined;
  if (friendship.state === 'friends') return 'friend';
  return friendship.by === user ? 'requested' : 'asked';
}

export class Friends {
  readonly #of = new Map<string, Map<string, State>>();

  /** Throws before anything of the batch is written. */
  check(batch: readonly ShardAppend[]): void {
    for (const { changes } of batch) {
      for (const change of changes) if (change.friendship) pairOf(change.conversation);
    }
  }

  change(change: ConversationChange): void {
    if (change.friendship === undefined) return;
    const [one, other] = pairOf(change.conversation);
    this.#set(one, other, seenBy(one, change.friendship));
    this.#set(other, one, seenBy(other, change.friendship));
  }

  of(user: string): ReadonlyMap<string, State> {
    return this.#of.get(user) ?? new Map<string, State>();
  }

  #set(user: string, other: string, state: State | undefined): void {
    const lines = this.#of.get(user) ?? new Map<string, State>();
    if (state === undefined) lines.delete(other);
    else lines.set(other, state);
    this.#of.set(user, lines);
  }
}
