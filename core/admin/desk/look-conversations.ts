/** Conversations: those in memory as rows, any one from the store. */
import { ImError } from '../../contract/index.ts';
import { Conversation } from '../../chat/conversation.ts';
import { parseConversation } from '../../wire/names.ts';
import { shardOf } from '../../cluster/shards.ts';
import type { ConversationDetail, ConversationList, ConversationRow } from '../protocol/index.ts';
import type { Inside, Looking } from './inside.ts';
import { listed, type ListInput } from './rows.ts';

/** Looked at, at most: a node may have very many in memory. */
const LOOKED_MAX = 10_000;

/** Who is online is counted for those rows only that are shown, and after they were chosen. */
export function conversationList({ inside }: Looking, input: ListInput): ConversationList {
  const { total, rows } = listed(rowsOf(inside), input);
  return { total, rows: rows.map((row) => ({ ...row, online: onlineOf(row.id, inside) })) };
}

/** @throws ImError IM_ADMIN_UNKNOWN, or what the store throws. */
export async function conversationDetail(
  { inside }: Looking,
  name: string,
): Promise<ConversationDetail> {
  const record = parseConversation(name) && (await inside.persistence.loadConversation(name));
  if (!record) throw new ImError('IM_ADMIN_UNKNOWN', { what: 'conversation', id: name });
  const conversation = new Conversation(name);
  conversation.reset(record);
  const row = rowOf(conversation, inside);
  const epoch = inside.shards.owned().find(({ shard }) => shard === row.shard)?.epoch;
  const people = peopleOf(conversation).map(({ user, role }) => {
    const { received, read } = conversation.marksOf(user);
    return { user, role, online: inside.directory.isHere(user), received, read };
  });
  const online = people.filter((one) => one.online).length;
  return { ...row, online, ...(epoch !== undefined && { epoch }), people };
}

type Row = Omit<ConversationRow, 'online'>;

function* rowsOf(inside: Inside): Iterable<Row> {
  let left = LOOKED_MAX;
  for (const conversation of inside.conversations.all()) {
    if (!conversation.exists) continue;
    yield rowOf(conversation, inside);
    left -= 1;
    if (left === 0) return;
  }
}

function rowOf(conversation: Conversation, inside: Inside): Row {
  const { name, parsed, title, position, acceptedAt, members } = conversation;
  const row: Row = {
    id: name,
    kind: parsed.kind === 'd' ? 'direct' : 'group',
    ...(title !== undefined && { title }),
    shard: shardOf(name, inside.persistence.shards),
    head: position,
    members: parsed.kind === 'd' ? new Set(parsed.users).size : members.size,
    ...(acceptedAt > 0 && { lastAt: acceptedAt }),
  };
  // For filters by `member=ann` alone: a group may have very many.
  const get = (): readonly string[] => peopleOf(conversation).map(({ user }) => user);
  return Object.defineProperty(row, 'member', { get });
}

function onlineOf(name: string, inside: Inside): number {
  const conversation = inside.conversations.get(name);
  const people = conversation ? peopleOf(conversation) : [];
  return people.filter(({ user }) => inside.directory.isHere(user)).length;
}

function peopleOf({ parsed, members }: Conversation): readonly Person[] {
  if (parsed.kind === 'g') return [...members.values()];
  return [...new Set(parsed.users)].map((user) => ({ user, role: 'member' }));
}

interface Person {
  readonly user: string;
  readonly role: string;
}
