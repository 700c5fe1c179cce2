/** Reads a conversation as it stands. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  ConversationRecord,
  Friendship,
  GroupRole,
  Marks,
  Membership,
} from 'im-kernel/contract';
import { pairOf } from './changes.ts';
import type { KnownConversation } from './names.ts';
import { optional } from './rows.ts';

export interface RecordStatements {
  readonly conversation: StatementSync;
  readonly last: StatementSync;
  readonly stays: StatementSync;
  readonly marks: StatementSync;
  readonly friend: StatementSync;
}

export function recordStatements(db: DatabaseSync): RecordStatements {
  return {
    conversation: db.prepare('SELECT title, open FROM conversation WHERE id = ?'),
    last: db.prepare(
      `SELECT position, "order", accepted_at FROM entry WHERE conversation = ?
        ORDER BY position DESC LIMIT 1`,
    ),
    stays: db.prepare(
      'SELECT user, first, last, role FROM stay WHERE conversation = ? ORDER BY first, user',
    ),
    marks: db.prepare('SELECT user, received, read FROM mark WHERE conversation = ?'),
    friend: db.prepare('SELECT state FROM friend WHERE user = ? AND other = ?'),
  };
}

function membersOf({ stays }: RecordStatements, conversation: string): Membership[] {
  return stays.all(conversation).map((row) => ({
    user: String(row['user']),
    from: Number(row['first']),
    ...(typeof row['last'] === 'number' && { to: row['last'] }),
    role: row['role'] as GroupRole,
  }));
}

function marksOf({ marks }: RecordStatements, id: number): Map<string, Marks> {
  const lines = marks.all(id).map((row): [string, Marks] => {
    return [String(row['user']), { received: Number(row['received']), read: Number(row['read']) }];
  });
  return new Map(lines);
}

/** Read off the first user's side; the other side says the same. */
function friendshipOf({ friend }: RecordStatements, conversation: string): Friendship {
  const pair = pairOf(conversation);
  const state = pair && friend.get(pair[0], pair[1])?.['state'];
  if (pair === undefined || state === undefined) return { state: 'none' };
  if (state === 'friend') return { state: 'friends' };
  return { state: 'requested', by: state === 'requested' ? pair[0] : pair[1] };
}

export function loadConversation(
  statements: RecordStatements,
  conversation: string,
  { id }: KnownConversation,
): ConversationRecord | undefined {
  const last = statements.last.get(id);
  const row = statements.conversation.get(id);
  if (last === undefined || row === undefined) return undefined;
  return {
    conversation,
    position: Number(last['position']),
    order: Number(last['order']),
    acceptedAt: Number(last['accepted_at']),
    title: optional(row['title']),
    open: row['open'] === 1,
    friendship: friendshipOf(statements, conversation),
    members: membersOf(statements, conversation),
    marks: marksOf(statements, id),
  };
}
