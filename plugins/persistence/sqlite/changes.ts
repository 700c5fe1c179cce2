/** Applies what a batch changes of a conversation besides its entries. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ConversationChange, FriendLine, Friendship, Membership } from 'im-kernel/contract';
import type { Names } from './names.ts';

type State = FriendLine['state'];

/** The two users of `d/<user>/<user>`. */
export function pairOf(conversation: string): readonly [string, string] | undefined {
  const [kind, one, other, ...more] = conversation.split('/');
  const fits = kind === 'd' && one && other && one !== other && more.length === 0;
  return fits ? [one, other] : undefined;
}

/** How a friendship looks to `user`; undefined: as if it were not there. */
function seenBy(user: string, friendship: Friendship): State | undefined {
  if (friendship.state === 'none') return undefined;
  if (friendship.state === 'friends') return 'friend';
  return friendship.by === user ? 'requested' : 'asked';
}

export class Changes {
  readonly #names: Names;
  readonly #describe: StatementSync;
  readonly #stay: StatementSync;
  readonly #befriend: StatementSync;
  readonly #part: StatementSync;

  constructor(db: DatabaseSync, names: Names) {
    this.#names = names;
    this.#describe = db.prepare(
      'UPDATE conversation SET title = coalesce(?, title), open = coalesce(?, open) WHERE id = ?',
    );
    this.#stay = db.prepare(
      `INSERT INTO stay (user, conversation, first, last, role) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET last = excluded.last, role = excluded.role`,
    );
    this.#befriend = db.prepare(
      `INSERT INTO friend (user, other, state) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET state = excluded.state`,
    );
    this.#part = db.prepare('DELETE FROM friend WHERE user = ? AND other = ?');
  }

  /** Inside a transaction. */
  apply(shard: number, change: ConversationChange): void {
    const { id } = this.#names.conversationIn(shard, change.conversation);
    if (change.title !== undefined || change.open !== undefined) {
      const open = change.open === undefined ? null : Number(change.open);
      this.#describe.run(change.title ?? null, open, id);
    }
    for (const member of change.members ?? []) this.#keepStay(change.conversation, member);
    if (change.friendship) this.#keepFriendship(change.conversation, change.friendship);
  }

  #keepStay(conversation: string, { user, from, to, role }: Membership): void {
    this.#stay.run(user, conversation, from, to ?? null, role);
  }

  #keepFriendship(conversation: string, friendship: Friendship): void {
    const pair = pairOf(conversation);
    if (pair === undefined) {
      throw new Error(`${conversation} is no direct conversation of two: it holds no friendship`);
    }
    this.#keepSide(pair[0], pair[1], friendship);
    this.#keepSide(pair[1], pair[0], friendship);
  }

  #keepSide(user: string, other: string, friendship: Friendship): void {
    const state = seenBy(user, friendship);
    if (state === undefined) this.#part.run(user, other);
    else this.#befriend.run(user, other, state);
  }
}
