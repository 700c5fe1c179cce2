/** The calls of a store that change nothing, all of them asked through one function. */
import type { Persistence } from 'im-kernel/contract';

export type Reads = Pick<
  Persistence,
  | 'readConversation'
  | 'readShard'
  | 'shardEnd'
  | 'loadConversation'
  | 'lastEntries'
  | 'findEntry'
  | 'loadCursor'
  | 'backlog'
  | 'conversationsOf'
  | 'friendsOf'
  | 'lastSeen'
>;

/** Asks a store, now or later, or rejects. */
export type Ask = <T>(run: (store: Persistence) => Promise<T>) => Promise<T>;

export function readsOf(ask: Ask): Reads {
  return {
    readConversation: (name, range) => ask((store) => store.readConversation(name, range)),
    readShard: (shard, after, limit) => ask((store) => store.readShard(shard, after, limit)),
    shardEnd: (shard) => ask((store) => store.shardEnd(shard)),
    loadConversation: (name) => ask((store) => store.loadConversation(name)),
    lastEntries: (keys) => ask((store) => store.lastEntries(keys)),
    findEntry: (key, number) => ask((store) => store.findEntry(key, number)),
    loadCursor: (...place) => ask((store) => store.loadCursor(...place)),
    backlog: (...page) => ask((store) => store.backlog(...page)),
    conversationsOf: (...page) => ask((store) => store.conversationsOf(...page)),
    friendsOf: (...page) => ask((store) => store.friendsOf(...page)),
    lastSeen: (users) => ask((store) => store.lastSeen(users)),
  };
}
