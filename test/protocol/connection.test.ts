import assert from 'node:assert/strict';
import { encodeFrame } from '../../core/wire/frame-buffer.ts';
import type { RawClient } from './raw-client.ts';
import { closeStages, JSON_MESSAGES, openStage, pluck } from './stage.ts';

describe('the protocol, connections (§2)', () => {
  afterEach(closeStages);

  it('echoes PING as PONG', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    ann.say({ type: 'ping', id: 7, sentAt: 8 }, { type: 'ping', id: 0 });
    assert.deepEqual(await ann.next('pong'), { type: 'pong', id: 7, sentAt: 8 });
    assert.deepEqual(await ann.next('pong'), { type: 'pong', id: 0 });
  });

  it('sends PING whenever it has had nothing else to send for heartbeatMs', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    await stage.pass(19_900);
    assert.equal(ann.take('ping').length, 0);
    await stage.pass(200);
    assert.equal(ann.take('ping').length, 1);
    await stage.pass(10_000);
    await ann.heardOut();
    await stage.pass(19_000);
    assert.equal(ann.take('ping').length, 0);
    await stage.pass(1_100);
    assert.equal(ann.take('ping').length, 1);
  });

  it('closes a connection from which nothing came for 2.5 heartbeats', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    ann.answersPings = false;
    await stage.pass(49_900);
    assert.equal(ann.wire.closed, false);
    await stage.pass(200);
    assert.equal(ann.wire.closed, true);
  });

  it('takes any byte as a sign of life', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    ann.answersPings = false;
    const slow = encodeFrame({ type: 'bye', reason: 'slowly' });
    for (const octet of slow.subarray(0, 5)) {
      await stage.pass(40_000, 2_000);
      ann.wire.say(Uint8Array.of(octet));
    }
    assert.equal(ann.wire.closed, false);
  });

  it('takes the parts of a message for a sign of life, where they come as messages', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann', 'd1', JSON_MESSAGES);
    ann.answersPings = false;
    for (let part = 0; part < 5; part += 1) {
      await stage.pass(40_000, 2_000);
      ann.wire.alive();
    }
    assert.equal(ann.wire.closed, false);
  });

  const malformed: Record<string, (it: RawClient) => void> = {
    'a frame that only servers send': (it) => it.wire.say(Uint8Array.of(0x12, 0, 0, 0, 0)),
    'a frame type of plugins without the plugin': (it) =>
      it.wire.say(Uint8Array.of(0x40, 0, 0, 0, 0)),
    'an unknown frame type': (it) => it.wire.say(Uint8Array.of(0x7f, 0, 0, 0, 0)),
    'a missing required field': (it) => it.wire.say(Uint8Array.of(0x03, 0, 0, 0, 0)),
    'a field that occurs twice': (it) =>
      it.wire.say(Uint8Array.of(0x03, 0, 0, 0, 6, 1, 1, 5, 1, 1, 5)),
    'a RECEIVED of half a place': (it) => it.wire.say(Uint8Array.of(0x21, 0, 0, 0, 4, 1, 2, 2, 0)),
  };
  for (const [what, say] of Object.entries(malformed)) {
    it(`calls ${what} malformed`, async () => {
      const stage = await openStage();
      const ann = await stage.join('ann');
      say(ann);
      assert.equal(await ann.lastWord(), 'malformed');
    });
  }

  it('skips fields that it does not know', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    ann.wire.say(Uint8Array.of(0x03, 0, 0, 0, 6, 99, 1, 5, 1, 1, 5));
    assert.equal((await ann.next('pong')).id, 5);
  });

  it('calls JSON malformed that is none, or breaks the rules of bodies', async () => {
    const rest =
      '"type":"send","conversation":"d/ann/bob","number":1,"sentAt":1,' +
      '"id":"0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051"';
    const wrong = [
      '{',
      '[]',
      `{${rest},"body":"aGk="}`,
      `{${rest},"text":"a","body":"aGk="}`,
      `{${rest},"text":"\\ud800"}`,
      `{${rest},"mediaType":"a/b","text":"a"}`,
    ];
    const stage = await openStage();
    for (const text of wrong) {
      const ann = await stage.join('ann', 'd1', JSON_MESSAGES);
      ann.wire.say(Buffer.from(text));
      assert.equal(await ann.lastWord(), 'malformed', text);
    }
  });

  it('refuses a frame above the limit from its header', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    ann.wire.say(Uint8Array.of(0x10, 0, 1, 0, 0));
    assert.equal(await ann.lastWord(), 'frame-too-large');
    const bob = await stage.join('bob', 'd1', JSON_MESSAGES);
    bob.wire.oversize();
    assert.equal(await bob.lastWord(), 'frame-too-large');
  });

  it('takes BYE as a wanted end, after the answers that it owes', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const sent = ann.send('d/ann/bob', 'last');
    ann.say({ type: 'bye', reason: 'bed' });
    await ann.accepted(sent);
    assert.equal(await ann.lastWord(), 'ended');
  });

  it('answers what came before a half-close, then closes', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const sent = ann.send('d/ann/bob', 'last');
    ann.wire.halfClose();
    await ann.accepted(sent);
    assert.equal(await ann.lastWord(), 'ended');
  });

  it('answers questions, too, before it takes leave', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const asked = ann.ask('friends');
    ann.say({ type: 'bye' });
    assert.deepEqual((await asked).item, []);
    assert.equal(await ann.lastWord(), 'ended');
  });

  it('settles what a vanished connection had handed in', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const sent = ann.send('d/ann/bob', 'last');
    ann.wire.vanish();
    const back = stage.connect();
    back.hello('ann', 'd1', { pending: ['d/ann/bob'] });
    const known = (await back.next('welcome')).known ?? [];
    assert.deepEqual(pluck(known, 'id'), [sent.id]);
  });

  it('bounds connections, per address, per user and before HELLO', async () => {
    const stage = await openStage({
      limits: {
        connections: 8,
        connectionsPerAddress: 3,
        connectionsPerUser: 2,
        connectionsUnauthenticated: 2,
      },
    });
    for (const device of ['d1', 'd2']) await stage.join('ann', device);
    const third = stage.connect();
    third.hello('ann', 'd3');
    assert.equal(await third.lastWord(), 'too-many-connections');
    const shy = [stage.connect(), stage.connect(), stage.connect()];
    assert.equal(await shy[2]?.lastWord(), 'too-many-connections');
    for (const client of shy) client.wire.vanish();
    await stage.rest();
    for (const user of ['bob', 'cat', 'dan']) {
      const client = stage.connect(undefined, `9.9.9.9:${user}`);
      client.hello(user);
      await client.next('welcome');
    }
    const fourth = stage.connect(undefined, '9.9.9.9:4');
    assert.equal(await fourth.lastWord(), 'too-many-connections');
    for (const user of ['eve', 'fay', 'gus']) await stage.join(user);
    assert.equal(await stage.connect().lastWord(), 'too-many-connections');
  });

  it('says shutting-down when the node stops, after the answers that it owes', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const sent = ann.send('d/ann/bob', 'last');
    const stopping = stage.node.stop();
    await ann.accepted(sent);
    assert.equal(await ann.lastWord(), 'shutting-down');
    await stopping;
  });
});

describe('the protocol, sessions of one device (§2)', () => {
  afterEach(closeStages);

  it('lets the newer connection of a device win, and tells the older', async () => {
    const stage = await openStage();
    const older = await stage.join('ann');
    const newer = await stage.join('ann');
    assert.equal(await older.lastWord(), 'session-replaced');
    await newer.accepted(newer.send('d/ann/bob', 'here'));
  });

  it('accepts nothing more that the older one sends', async () => {
    const stage = await openStage();
    const older = await stage.join('ann');
    const newer = stage.connect();
    newer.hello('ann');
    await older.next('error');
    older.send('d/ann/bob', 'too late');
    await newer.next('welcome');
    assert.equal((await newer.accepted(newer.send('d/ann/bob', 'first'))).position, 1);
  });

  it('lets other devices and other users be', async () => {
    const stage = await openStage();
    const phone = await stage.join('ann', 'phone');
    await stage.join('ann', 'laptop');
    await stage.join('bob', 'phone');
    await phone.heardOut();
    assert.equal(phone.wire.closed, false);
  });
});
