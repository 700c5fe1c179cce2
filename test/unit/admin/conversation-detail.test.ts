import assert from 'node:assert/strict';
import { conversationDetail } from '../../../core/admin/desk/look-conversations.ts';
import type { Looking } from '../../../core/admin/desk/inside.ts';
import type { ConversationRecord } from '../../../core/contract/index.ts';

const NAME = 'g/all-hands';
const PEOPLE = 1_200;
const users = Array.from({ length: PEOPLE }, (_, n) => `u${n}`);

/** The one with the highest number has received least. */
function record(): ConversationRecord {
  return {
    conversation: NAME,
    position: 5_000,
    order: 5_000,
    acceptedAt: 1,
    title: undefined,
    open: false,
    friendship: { state: 'none' },
    members: users.map((user) => ({ user, role: 'member', from: 1 })),
    marks: new Map(users.map((user, n) => [user, { received: 5_000 - n, read: 0 }])),
  };
}

function looking(): Looking {
  const inside = {
    persistence: { shards: 8, loadConversation: () => Promise.resolve(record()) },
    shards: { owned: () => [] },
    directory: { isHere: (user: string) => user === 'u0' },
  };
  return { inside } as unknown as Looking;
}

describe('a conversation as admins see it', () => {
  it('names no more members than a list has rows, who has least first, and counts all', async () => {
    const { people, members, online } = await conversationDetail(looking(), NAME);
    assert.deepEqual([people.length, members, online], [1_000, PEOPLE, 1]);
    assert.deepEqual([people[0]?.user, people[0]?.received], ['u1199', 3_801]);
    assert.equal(people.at(-1)?.user, 'u200');
  });
});
