import assert from 'node:assert/strict';
import type { Entry, Persistence } from 'im-kernel/contract';
import { Conversation } from '../../../core/chat/conversation.ts';
import { Kept } from '../../../core/chat/tail.ts';
import type { Limits } from '../../../core/config/limits.ts';
import { Conversations } from '../../../core/path/conversations.ts';
import { limitsWith } from './limits-with.ts';

const BODY_BYTES = 1000;

interface Shelf {
  readonly conversations: Conversations;
  readonly loaded: string[];
}

function shelf(limits: Partial<Limits>): Shelf {
  const loaded: string[] = [];
  const loadConversation = (name: string): Promise<undefined> => {
    loaded.push(name);
    return Promise.resolve(undefined);
  };
  const store = { loadConversation } as unknown as Persistence;
  return { conversations: new Conversations(store, limitsWith(limits)), loaded };
}

function kept(conversation: Conversation, position: number, acceptedAt = 1): Kept {
  const entry: Entry = {
    conversation: conversation.name,
    position,
    order: position,
    id: '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051',
    user: 'ann',
    device: 'd1',
    number: position,
    sentAt: 1,
    acceptedAt,
    kind: 'message',
    body: new Uint8Array(BODY_BYTES),
  };
  return new Kept(entry);
}

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `g/${at}`);
}

describe('the conversations in memory', () => {
  it('lets go of the longest unused first, and of none that is used', async () => {
    const { conversations, loaded } = shelf({ conversationsCached: 2 });
    const [a, b] = [await conversations.pin('g/a'), await conversations.pin('g/b')];
    conversations.unpin(b);
    conversations.unpin(a);
    await conversations.pin('g/c');
    assert.deepEqual([conversations.get('g/a'), conversations.get('g/b')], [a, undefined]);
    assert.equal(await conversations.pin('g/a'), a);
    await conversations.pin('g/d');
    assert.equal(conversations.get('g/a'), a, 'it is in use again');
    assert.equal(conversations.size, 3);
    assert.deepEqual(loaded, ['g/a', 'g/b', 'g/c', 'g/d']);
  });

  it('comes back to its bound once those above it are unused', async () => {
    const { conversations } = shelf({ conversationsCached: 16 });
    const used = await Promise.all(names(100).map((name) => conversations.pin(name)));
    assert.equal(conversations.size, 100);
    for (const conversation of used) conversations.unpin(conversation);
    assert.equal(conversations.size, 16);
    assert.equal(conversations.get('g/99'), used[99]);
  });

  it('gives two who ask at once the same object', async () => {
    const { conversations, loaded } = shelf({});
    const [one, other] = await Promise.all([conversations.pin('g/a'), conversations.pin('g/a')]);
    assert.equal(one, other);
    assert.deepEqual([one.pins, loaded.length], [2, 1]);
  });

  it('keeps recent entries within their octets, those of the busiest longest', async () => {
    const { conversations } = shelf({ tailBytes: 65_536 });
    const all = await Promise.all(names(30).map((name) => conversations.pin(name)));
    for (let position = 1; position <= 10; position += 1) {
      for (const one of all) {
        conversations.remember(one, kept(one, position));
        assert.ok(conversations.tailBytes <= 65_536);
      }
    }
    const held = all.reduce((bytes, { tail }) => bytes + tail.costBytes, 0);
    assert.equal(conversations.tailBytes, held);
    assert.ok(all.at(-1)?.tail.get(10));
    assert.equal(all[0]?.tail.get(10), undefined);
  });

  it('keeps one conversation alone within the octets, and its newest entry at hand', async () => {
    const { conversations } = shelf({ tailBytes: 65_536, tailEntries: 128 });
    const one = await conversations.pin('g/a');
    for (let position = 1; position <= 200; position += 1) {
      conversations.remember(one, kept(one, position));
      assert.ok(conversations.tailBytes <= 65_536);
      assert.ok(one.tail.get(position));
    }
  });

  it('lets go of old entries, and of their octets, wherever they are', async () => {
    const { conversations } = shelf({});
    const [old, both, young] = await Promise.all(names(3).map((name) => conversations.pin(name)));
    for (const position of [1, 2]) conversations.remember(old!, kept(old!, position, 10));
    for (const position of [1, 2, 3]) {
      conversations.remember(both!, kept(both!, position, 10 * position));
      conversations.remember(young!, kept(young!, position, 30));
    }
    conversations.forgetBefore(20);
    const held = [old, both, young].map((one) => [1, 2, 3].filter((at) => one!.tail.get(at)));
    assert.deepEqual(held, [[], [2, 3], [1, 2, 3]]);
    const bytes = [old, both, young].reduce((sum, one) => sum + one!.tail.costBytes, 0);
    assert.equal(conversations.tailBytes, bytes);
    conversations.remember(old!, kept(old!, 3, 40));
    assert.ok(old!.tail.get(3));
    conversations.forgetBefore(99);
    assert.equal(conversations.tailBytes, 0);
  });

  it('forgets the octets of what it lets go', async () => {
    const { conversations } = shelf({ conversationsCached: 1 });
    const one = await conversations.pin('g/a');
    conversations.remember(one, kept(one, 1));
    await conversations.refresh(one);
    assert.equal(conversations.tailBytes, 0);
    conversations.remember(one, kept(one, 1));
    conversations.unpin(one);
    await conversations.pin('g/b');
    assert.deepEqual([conversations.tailBytes, conversations.get('g/a')], [0, undefined]);
  });
});
