/** Conversations: those in memory as rows, any one from the store. */
import { ImError } from '../../contract/index.ts';
import { Conversation } from '../../chat/conversation.ts';
import { parseConversation } from '../../wire/names.ts';
import { shardOf } from '../../cluster/shards.ts';
import type { ConversationDetail, ConversationList, ConversationRow } from '../protocol/index.ts';
import { LIST_MAX } from '../protocol/scalars.ts';
import type { Inside, Looking } from './inside.ts';
import { made, rowOf, type Fields, type ListInput } from './rows.ts';

/** Who is online is counted for those rows only that are shown, and after they were chosen. */
export function conversationList({ inside }: Looking, input: ListInput): ConversationList {
  const there = [...inside.conversations.all()].filter(({ exists }) => exists);
  const { total, rows } = made(there, fieldsIn(inside), input);
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
  const row = rowOf(conversation, fieldsIn(inside));
  const epoch = inside.shards.owned().find(({ shard }) => shard === row.shard)?.epoch;
  const people = peopleOf(conversation).map(({ user, role }) => {
    const { received, read } = conversation.marksOf(user);
    return { user, role, online: inside.directory.isHere(user), received, read };
  });
  const online = people.filter((one) => one.online).length;
  const first = people.toSorted((a, b) => a.received - b.received).slice(0, LIST_MAX);
  return { ...row, online, ...(epoch !== undefined && { epoch }), people: first };
}

type Row = Omit<ConversationRow, 'online'>;

function fieldsIn({ persistence }: Inside): Fields<Conversation, Row> {
  return {
    texts: {
      id: ({ name }) => name,
      kind: ({ parsed }) => (parsed.kind === 'd' ? 'direct' : 'group'),
      title: ({ title }) => title,
      lastAt: ({ acceptedAt }) => (acceptedAt > 0 ? acceptedAt : undefined),
    },
    numbers: {
      shard: ({ name }) => shardOf(name, persistence.shards),
      head: ({ position }) => position,
      members: (one) => (one.parsed.kind === 'g' ? one.members.size : peopleOf(one).length),
    },
    // A group may have very many: no word that names no field is looked for in them.
    hidden: { member: (one) => peopleOf(one).map(({ user }) => user) },
  };
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
