import assert from 'node:assert/strict';
import type { RawClient } from './raw-client.ts';
import { closeStages, JSON_MESSAGES, openStage, pluck } from './stage.ts';

describe('the protocol, greeting (§2)', () => {
  afterEach(closeStages);

  it('answers HELLO with WELCOME and all that it tells', async () => {
    const stage = await openStage();
    const ann = stage.connect();
    ann.hello('ann', 'phone');
    const { log, session, ...rest } = await ann.next('welcome');
    assert.match(log, /^[0-9a-f-]{36}$/);
    assert.ok(session.length > 0);
    assert.deepEqual(rest, {
      type: 'welcome',
      version: 1,
      user: 'ann',
      device: 'phone',
      node: 'im-1',
      heartbeatMs: 20_000,
      window: 64,
      maxFrame: 65_536,
      serverTime: stage.clock.now(),
      ordering: [{ strategy: 'conversation-owner', holdMs: 0, maxHoldMs: 300 }],
      retransmitMs: 2_000,
      retransmitTries: 3,
    });
  });

  it('takes the frames that came right behind HELLO, in order', async () => {
    const stage = await openStage();
    const ann = stage.connect();
    ann.hello('ann');
    const first = ann.send('d/ann/bob', 'one');
    const second = ann.send('d/ann/bob', 'two');
    assert.equal((await ann.accepted(first)).position, 1);
    assert.equal((await ann.accepted(second)).position, 2);
    assert.equal(ann.log[0]?.type, 'welcome');
  });

  it('tells the last accepted number and id of each pending conversation, and of no other', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    ann.send('d/ann/bob', 'one');
    const last = ann.send('d/ann/bob', 'two', { number: 9 });
    await ann.accepted(last);
    await ann.accepted(ann.send('d/ann/cat', 'one'));
    const again = stage.connect();
    const pending = ['d/ann/bob', 'g/never', 'no name', 'd/ann/bob'];
    again.hello('ann', 'd1', { pending });
    const { known } = await again.next('welcome');
    assert.deepEqual(known, [{ conversation: 'd/ann/bob', number: 9, id: last.id }]);
    const other = stage.connect();
    other.hello('ann', 'd2', { pending });
    assert.equal((await other.next('welcome')).known, undefined);
  });

  const refused: Record<string, (it: RawClient) => void> = {
    'unauthenticated, a refused token': (it) => it.hello('bad'),
    'unauthenticated, a lapsed token': (it) => it.hello('ann|1'),
    'unauthenticated, a user name that does not fit': (it) => it.hello('an n'),
    'unauthenticated, a device name that does not fit': (it) => it.hello('ann', 'a/b'),
    'unauthenticated, an empty device name': (it) => it.hello('ann', ''),
    'unauthenticated, a device name of 65 characters': (it) => it.hello('ann', 'x'.repeat(65)),
    'unsupported-version, another version': (it) => it.hello('ann', 'd1', { version: 2 }),
    'unauthenticated, a command before HELLO': (it) => void it.send('d/ann/bob', 'hi'),
    'unauthenticated, a PING before HELLO': (it) => it.say({ type: 'ping', id: 1 }),
    'unauthenticated, a HELLO above 16 KiB': (it) => it.hello('x'.repeat(17_000)),
    'frame-too-large, a first frame above 64 KiB': (it) => it.hello('x'.repeat(70_000)),
    'malformed, more than 64 pending names': (it) =>
      it.hello('ann', 'd1', { pending: Array.from({ length: 65 }, (_, at) => `g/${at}`) }),
  };
  for (const [what, say] of Object.entries(refused)) {
    it(`ends with ERROR ${what}`, async () => {
      const stage = await openStage();
      for (const client of [stage.connect(), stage.connect(JSON_MESSAGES)]) {
        say(client);
        assert.equal(await client.lastWord(), what.split(',')[0]);
        assert.deepEqual(pluck(client.log, 'type'), ['error']);
        assert.equal(client.wire.lingerMs, 2_000);
      }
    });
  }

  it('takes 64 pending names and a device name of 64 characters', async () => {
    const stage = await openStage();
    const pending = Array.from({ length: 64 }, (_, at) => `g/${at}`);
    const ann = stage.connect();
    ann.hello('ann', 'aZ0._@+-'.repeat(8), { pending });
    assert.equal((await ann.next('welcome')).device.length, 64);
  });

  it('waits 10 s for HELLO, not longer, whatever trickles in', async () => {
    const stage = await openStage();
    const silent = stage.connect();
    const slow = stage.connect();
    for (let second = 0; second < 9; second += 1) {
      await stage.pass(1_000);
      slow.wire.say(Uint8Array.of([1, 0, 0, 1][second] ?? 0));
    }
    await stage.pass(900);
    assert.equal(silent.wire.closed || slow.wire.closed, false);
    await stage.pass(200);
    assert.equal(await silent.lastWord(), 'unauthenticated');
    assert.equal(await slow.lastWord(), 'unauthenticated');
  });

  it('ends a session when its token lapses', async () => {
    const stage = await openStage();
    const ann = stage.connect();
    ann.hello(`ann|${stage.clock.now() + 5_000}`);
    await ann.next('welcome');
    await stage.pass(4_900);
    assert.equal(ann.wire.closed, false);
    await stage.pass(200);
    assert.equal(await ann.lastWord(), 'unauthenticated');
  });

  it('takes one or more whole frames per message where messages carry them', async () => {
    const stage = await openStage();
    const ann = stage.connect({ encoding: 'tlv', framing: 'messages' });
    ann.hello('ann');
    await ann.next('welcome');
    ann.say({ type: 'ping', id: 1 }, { type: 'ping', id: 2 });
    assert.deepEqual(pluck(await ann.some('pong', 2), 'id'), [1, 2]);
    ann.wire.say(Uint8Array.of(0x03, 0, 0, 0, 3, 1));
    assert.equal(await ann.lastWord(), 'malformed');
  });

  it('calls a second HELLO malformed', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    ann.hello('ann');
    assert.equal(await ann.lastWord(), 'malformed');
  });
});
