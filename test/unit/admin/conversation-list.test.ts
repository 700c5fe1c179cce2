import assert from 'node:assert/strict';
import { Conversation } from '../../../core/chat/conversation.ts';
import type { Looking } from '../../../core/admin/desk/inside.ts';
import { conversationList } from '../../../core/admin/desk/look-conversations.ts';

const MANY = 12_000;

/** Each with an entry later than the one before; ann is online, and who came last. */
function manyInMemory(): Looking {
  const all = new Map<string, Conversation>();
  for (let at = 1; at <= MANY; at += 1) {
    const conversation = new Conversation(`d/ann/user${at}`);
    conversation.reset({
      conversation: conversation.name,
      position: at,
      order: at,
      acceptedAt: 1_000 + at,
      title: undefined,
      open: false,
      friendship: { state: 'none' },
      members: [],
      marks: new Map(),
    });
    all.set(conversation.name, conversation);
  }
  const inside = {
    conversations: { all: () => all.values(), get: (name: string) => all.get(name) },
    persistence: { shards: 64 },
    directory: { isHere: (user: string) => user === 'ann' || user === `user${MANY}` },
  };
  return { inside } as unknown as Looking;
}

describe('a list of conversations', () => {
  it('is of all that are in memory, those that came last too', () => {
    const { total, rows } = conversationList(manyInMemory(), {
      sort: '-lastAt',
      limit: 2,
      offset: 0,
    });
    assert.equal(total, MANY);
    assert.deepEqual(
      rows.map(({ id, head, online, members }) => [id, head, online, members]),
      [
        [`d/ann/user${MANY}`, MANY, 2, 2],
        [`d/ann/user${MANY - 1}`, MANY - 1, 1, 2],
      ],
    );
  });

  it('is found by a member who is named, and by a word only where the row shows it', () => {
    const looking = manyInMemory();
    const found = (filter: string): number =>
      conversationList(looking, { filter, limit: 1, offset: 0 }).total;
    assert.equal(found('member=user7'), 1);
    assert.equal(found('member=ann'), MANY);
    assert.equal(found(`head>${MANY - 3}`), 3);
    assert.equal(found('user11999'), 1);
    assert.ok(!('member' in (conversationList(looking, { limit: 1, offset: 0 }).rows[0] ?? {})));
  });
});
