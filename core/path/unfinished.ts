/** What consumers had not taken when a shard's last owner went, and whom that concerns. */
import type { Entry, Persistence } from '../contract/index.ts';
import type { Place } from './consumer-cursors.ts';

type Store = Pick<Persistence, 'readShard' | 'loadConversation'>;

export interface Question {
  readonly shard: number;
  /** Where its consumers are. */
  readonly places: readonly Place[];
  /** Authors: who wrote it. Members: they, and who is in such a conversation now. */
  readonly whom: 'authors' | 'members';
  /** Entries looked at, and users named, at most. */
  readonly most: number;
}

const PAGE = 64;

/**
 * The users whom the unfinished entries of a shard concern, none if there are none; undefined: it
 * is too much to look at. Rejects as the store does.
 */
export async function concernedBy(
  store: Store,
  { shard, places, whom, most }: Question,
): Promise<ReadonlySet<string> | undefined> {
  const users = new Set<string>();
  const conversations = new Set<string>();
  let looked = 0;
  for (const place of places) {
    for await (const { user, conversation } of entriesBehind(store, shard, place)) {
      looked += 1;
      if (looked > most) return undefined;
      users.add(user);
      conversations.add(conversation);
    }
  }
  if (whom === 'authors') return users;
  for (const name of conversations) {
    const record = await store.loadConversation(name);
    for (const { user, to } of record?.members ?? []) if (to === undefined) users.add(user);
    if (users.size > most) return undefined;
  }
  return users;
}

async function* entriesBehind(store: Store, shard: number, place: Place): AsyncGenerator<Entry> {
  let { after, skip } = place;
  for (;;) {
    const { entries, upTo } = await store.readShard(shard, after, PAGE);
    yield* entries.slice(skip);
    if (upTo === after) return;
    skip = Math.max(0, skip - entries.length);
    after = upTo;
  }
}
