import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ClientFrame } from '../../core/wire/frames.ts';
import { isTextMedia } from '../../core/wire/names.ts';
import { freshId, type RawClient } from './raw-client.ts';
import { closeStages, JSON_MESSAGES, openStage, TLV } from './stage.ts';

const UINT_MAX = 2 ** 48 - 1;
const name = fc.constantFrom('d/ann/bob', 'd/ann/ann', 'd/bob/bob', 'g/a', 'g/b', 'g/', 'x', '');
const user = fc.constantFrom('ann', 'bob', 'cat', 'a/b', '');
const uint = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(UINT_MAX, UINT_MAX - 1, 64));
const text = fc.constantFrom('', 'tea', '€\u{1f600}', 'x'.repeat(300), '\u0000');
const bytes = fc.constantFrom(new Uint8Array(0), Uint8Array.of(0xff), Uint8Array.of(104, 105));
const upTo = fc.array(fc.record({ conversation: name, position: uint }), {
  minLength: 1,
  maxLength: 3,
});
const action = fc.constantFrom(
  'group.create',
  'group.add',
  'group.remove',
  'group.join',
  'group.leave',
  'group.rename',
  'group.promote',
  'group.demote',
  'friend.request',
  'friend.accept',
  'friend.reject',
  'friend.remove',
  'group.fly',
);
const what = fc.constantFrom('history', 'conversations', 'members', 'friends', 'presence', 'x');
const command = {
  conversation: name,
  number: uint,
  id: fc.constant('').map(freshId),
  sentAt: uint,
};
const one = { requiredKeys: ['type', 'conversation', 'number', 'id', 'sentAt'] } as const;

const frame = fc.oneof(
  fc.record(
    { type: fc.constant('send'), ...command, attempt: uint, mediaType: text, body: bytes },
    { requiredKeys: [...one.requiredKeys, 'body'] },
  ),
  fc.record(
    {
      type: fc.constant('act'),
      ...command,
      attempt: uint,
      action,
      user: fc.array(user, { minLength: 1, maxLength: 3 }),
      title: text,
      open: fc.constantFrom(0, 1, 2),
    },
    { requiredKeys: [...one.requiredKeys, 'action'] },
  ),
  fc.record({ type: fc.constantFrom('received', 'read'), upTo }),
  fc.record(
    { type: fc.constant('signal'), conversation: name, kind: text, from: user, body: bytes },
    { requiredKeys: ['type', 'conversation', 'kind'] },
  ),
  fc.record(
    {
      type: fc.constant('query'),
      query: uint,
      what,
      conversation: name,
      after: uint,
      before: uint,
      limit: uint,
      user: fc.array(user, { minLength: 1, maxLength: 3 }),
      from: text,
    },
    { requiredKeys: ['type', 'query', 'what'] },
  ),
  fc.record({ type: fc.constantFrom('ping', 'pong'), id: uint }),
) as fc.Arbitrary<ClientFrame>;

/** JSON has no way to say a text that is none; TLV has. */
function sayable(said: ClientFrame): boolean {
  if (said.type !== 'send' || !isTextMedia(said.mediaType)) return true;
  return said.body[0] !== 0xff;
}

describe('the protocol, whatever is said', () => {
  afterEach(closeStages);

  it('answers every command and question, closes nobody, and goes on', async () => {
    const stage = await openStage({ limits: { tailEntries: 2 } });
    const script = fc.array(fc.tuple(fc.nat({ max: 2 }), frame), { minLength: 5, maxLength: 60 });
    const property = fc.asyncProperty(script, async (all) => {
      const clients: RawClient[] = [];
      for (const who of ['ann', 'bob', 'cat']) {
        clients.push(await stage.join(who, 'd1', who === 'bob' ? JSON_MESSAGES : TLV));
      }
      const asked = [0, 0, 0];
      for (const [at, said] of all) {
        const client = clients[at] as RawClient;
        if (at === 1 && !sayable(said)) continue;
        client.say(said);
        if (['send', 'act'].includes(said.type)) asked[at] = (asked[at] ?? 0) + 1;
      }
      for (const [at, client] of clients.entries()) {
        await client.heardOut();
        await stage.rest();
        const answers = [...client.take('accepted'), ...client.take('refused')];
        assert.equal(answers.length, asked[at]);
        assert.equal(client.wire.closed, false);
      }
      await stage.keepProgress();
      assert.deepEqual(stage.failed, []);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
