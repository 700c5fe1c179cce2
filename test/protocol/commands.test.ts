import assert from 'node:assert/strict';
import type { Accepted, Refused, ServerFrame } from '../../core/wire/frames.ts';
import { freshId } from './raw-client.ts';
import { closeStages, openStage, pluck } from './stage.ts';

const TALK = 'd/ann/bob';

function isAnswer(frame: ServerFrame): frame is Accepted | Refused {
  return frame.type === 'accepted' || frame.type === 'refused';
}

for (const store of ['memory', 'sqlite'] as const) {
  describe(`the protocol, commands (§3), kept in ${store}`, () => {
    afterEach(closeStages);

    it('places a higher number and says where, with the durability of the store', async () => {
      const stage = await openStage({ store });
      const ann = await stage.join('ann');
      const sent = ann.send(TALK, 'hi', { attempt: 2 });
      assert.deepEqual(await ann.answer(sent), {
        type: 'accepted',
        conversation: TALK,
        number: 1,
        position: 1,
        order: 1,
        acceptedAt: stage.clock.now(),
        attempt: 2,
        durability: store === 'sqlite' ? 'disk' : 'memory',
        id: sent.id,
      });
    });

    it('lets numbers jump, and calls those jumped over and 0 stale', async () => {
      const stage = await openStage({ store });
      const ann = await stage.join('ann');
      assert.equal((await ann.accepted(ann.send(TALK, 'a', { number: 5 }))).position, 1);
      for (const number of [3, 0]) {
        const answer = (await ann.answer(ann.send(TALK, 'b', { number }))) as Refused;
        assert.deepEqual([answer.code, answer.expected], ['stale', 6], String(number));
      }
      assert.equal((await ann.accepted(ann.send(TALK, 'c', { number: 6 }))).position, 2);
    });

    it('answers a repeat with the first position, order and time, and no second effect', async () => {
      const stage = await openStage({ store });
      const ann = await stage.join('ann');
      const sent = ann.send(TALK, 'once');
      const first = await ann.accepted(sent);
      for (let more = 0; more < 80; more += 1) await ann.accepted(ann.send(TALK, String(more)));
      await stage.pass(1_000);
      const back = await stage.join('ann');
      back.say({ ...sent, attempt: 1 });
      assert.deepEqual(await back.accepted(sent), { ...first, attempt: 1, duplicate: 1 });
      const { item } = await back.ask('history', { conversation: TALK, limit: 500 });
      assert.deepEqual(
        pluck(item, 'position'),
        Array.from({ length: 81 }, (_, at) => at + 1),
      );
    });

    it('answers a repeat whatever the rights are by now', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await ann.accepted(ann.act('g/tea', 'group.create', { user: ['bob'] }));
      const sent = bob.send('g/tea', 'mine');
      const first = await bob.accepted(sent);
      await ann.accepted(ann.act('g/tea', 'group.remove', { user: ['bob'] }));
      assert.equal(await bob.fate(bob.send('g/tea', 'no more')), 'not-member');
      bob.say(sent);
      assert.deepEqual(await bob.accepted(sent), { ...first, duplicate: 1 });
    });

    it('calls another id under an accepted number a conflict, and says what is free', async () => {
      const stage = await openStage({ store });
      const ann = await stage.join('ann');
      const sent = ann.send(TALK, 'hi', { number: 4 });
      await ann.accepted(sent);
      const other = { ...sent, id: freshId(), attempt: 3 };
      ann.say(other);
      const answer = (await ann.answer(other)) as Refused;
      const { code, expected, attempt, id } = answer;
      assert.deepEqual([code, expected, attempt, id], ['conflict', 5, 3, other.id]);
    });

    it('numbers each device and each conversation by itself', async () => {
      const stage = await openStage({ store });
      const phone = await stage.join('ann', 'phone');
      const laptop = await stage.join('ann', 'laptop');
      assert.equal((await phone.accepted(phone.send(TALK, 'a'))).position, 1);
      assert.equal((await laptop.accepted(laptop.send(TALK, 'b'))).position, 2);
      assert.equal((await laptop.accepted(laptop.send('d/ann/cat', 'c'))).position, 1);
    });

    it('answers those of one conversation in the order in which they came', async () => {
      const stage = await openStage({ store });
      const ann = await stage.join('ann');
      const numbers = [1, 2, 2, 9, 4, 10, 0, 11];
      for (const number of numbers) ann.send(TALK, 'x', { number });
      await stage.rest();
      const answers = (): readonly (Accepted | Refused)[] => ann.log.filter(isAnswer);
      while (answers().length < numbers.length) await stage.rest();
      assert.deepEqual(pluck(answers(), 'number'), numbers);
    });

    it('sends ACCEPTED for a position before it delivers anything above', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      for (let count = 0; count < 20; count += 1) {
        ann.send(TALK, 'from ann');
        bob.send(TALK, 'from bob');
      }
      const last = [ann.send(TALK, 'last'), bob.send(TALK, 'last')] as const;
      await ann.accepted(last[0]);
      await bob.accepted(last[1]);
      for (const client of [ann, bob]) {
        let seen = 0;
        for (const frame of client.log) {
          if (frame.type === 'deliver') seen = Math.max(seen, frame.position);
          if (frame.type === 'accepted') assert.ok(frame.position > seen, 'it came too late');
        }
      }
    });
  });
}

describe('the protocol, refusals (§3)', () => {
  afterEach(closeStages);

  it('answers a late copy of a refused command as before, even if it could be accepted now', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    const early = bob.send('g/tea', 'let me in');
    assert.equal(await bob.fate(early), 'not-found');
    await ann.accepted(ann.act('g/tea', 'group.create', { user: ['bob'] }));
    bob.say({ ...early, attempt: 1 });
    assert.equal(await bob.fate(early), 'not-found');
    const other = { ...early, id: freshId() };
    bob.say(other);
    const answer = (await bob.answer(other)) as Refused;
    assert.deepEqual([answer.code, answer.expected], ['conflict', 2]);
    await bob.accepted(bob.send('g/tea', 'now', { number: 2 }));
  });

  it('forgets refusals with the session', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    const early = bob.send('g/tea', 'let me in');
    assert.equal(await bob.fate(early), 'not-found');
    await ann.accepted(ann.act('g/tea', 'group.create', { user: ['bob'] }));
    const back = await stage.join('bob');
    back.say(early);
    assert.equal(await back.fate(early), 'accepted');
  });

  it('calls a refused number stale once a higher one is accepted', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const wrong = ann.act(TALK, 'friend.accept');
    assert.equal(await ann.fate(wrong), 'not-found');
    await ann.accepted(ann.send(TALK, 'hi'));
    const back = await stage.join('ann');
    back.say(wrong);
    assert.equal(await back.fate(wrong), 'stale');
  });

  it('says of numbers that were refused that they are not expected', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    for (let count = 0; count < 3; count += 1) await ann.fate(ann.act(TALK, 'friend.accept'));
    const answer = (await ann.answer(ann.send(TALK, 'x', { number: 0 }))) as Refused;
    assert.equal(answer.expected, 4);
  });

  const invalid: Record<string, { conversation: string; body?: Uint8Array; mediaType?: string }> = {
    'a conversation without a kind': { conversation: 'tea' },
    'a group without a name': { conversation: 'g/' },
    'a slash in a name': { conversation: 'g/a/b' },
    'a name of 65 characters': { conversation: `g/${'x'.repeat(65)}` },
    'a direct conversation out of order': { conversation: 'd/bob/ann' },
    'a direct conversation of one name': { conversation: 'd/ann' },
    'a direct conversation of three': { conversation: 'd/ann/bob/cat' },
    'a name with a space': { conversation: 'd/ann/b b' },
    'a NUL in its media type': { conversation: TALK, mediaType: 'a/\0' },
    'a text that is not UTF-8': { conversation: TALK, body: Uint8Array.of(0xff) },
    'a text/ of any case that is not UTF-8': {
      conversation: TALK,
      body: Uint8Array.of(0xc0),
      mediaType: 'TEXT/html',
    },
  };
  for (const [what, command] of Object.entries(invalid)) {
    it(`refuses ${what} as invalid`, async () => {
      const stage = await openStage();
      const ann = await stage.join('ann');
      assert.equal(await ann.fate(ann.send(command.conversation, 'x', command)), 'invalid');
    });
  }

  it('takes any bytes under other media types, and a body of bodyMax, not more', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const raw = { body: Uint8Array.of(0xff), mediaType: 'application/x' };
    assert.equal(await ann.fate(ann.send(TALK, '', raw)), 'accepted');
    assert.equal(await ann.fate(ann.send(TALK, 'x'.repeat(60_000))), 'accepted');
    assert.equal(await ann.fate(ann.send(TALK, 'x'.repeat(60_001))), 'too-large');
  });

  it('hides conversations of others', async () => {
    const stage = await openStage();
    const [ann, eve] = [await stage.join('ann'), await stage.join('eve')];
    await ann.accepted(ann.send(TALK, 'secret'));
    await ann.accepted(ann.act('g/tea', 'group.create'));
    for (const name of [TALK, 'd/bob/cat', 'g/tea', 'g/none']) {
      assert.equal(await eve.fate(eve.send(name, 'hm')), 'not-found', name);
    }
    assert.equal(await eve.fate(eve.act(TALK, 'friend.request')), 'not-found');
    assert.equal(await eve.fate(eve.act('g/tea', 'group.leave')), 'not-found');
  });
});

describe('the protocol, passing refusals (§3)', () => {
  afterEach(closeStages);

  it('refuses higher numbers the same way until the refused one came again', async () => {
    const stage = await openStage({ limits: { messagesPerSecond: 1, messagesBurst: 2 } });
    const ann = await stage.join('ann');
    const sent = [1, 2, 3, 4].map((number) => ann.send(TALK, 'x', { number }));
    const fates = [];
    for (const command of sent) fates.push(await ann.fate(command));
    assert.deepEqual(fates, ['accepted', 'accepted', 'rate-limited', 'rate-limited']);
    await stage.pass(5_000);
    const [, , third, fourth] = sent;
    ann.say(fourth!);
    const waits = (await ann.answer(fourth!)) as Refused;
    assert.deepEqual([waits.code, waits.retryAfterMs], ['rate-limited', 500]);
    await stage.pass(5_000);
    ann.say(third!, fourth!);
    assert.equal(await ann.fate(third!), 'accepted');
    assert.equal(await ann.fate(fourth!), 'accepted');
  });

  it('leaves the rate to the one that others wait for, however often they come', async () => {
    const stage = await openStage({ limits: { messagesPerSecond: 1, messagesBurst: 1 } });
    const ann = await stage.join('ann');
    await ann.accepted(ann.send(TALK, 'x', { number: 1 }));
    const [second, third] = [2, 3].map((number) => ann.send(TALK, 'x', { number }));
    assert.equal(await ann.fate(second!), 'rate-limited');
    await stage.pass(1_000);
    ann.say(third!, third!);
    for (let time = 0; time < 3; time += 1) assert.equal(await ann.fate(third!), 'rate-limited');
    ann.say(second!);
    assert.equal(await ann.fate(second!), 'accepted');
  });

  it('lets each number that was refused for waiting hold those above it in its turn', async () => {
    const stage = await openStage({ limits: { messagesPerSecond: 1, messagesBurst: 1 } });
    const ann = await stage.join('ann');
    const [first, second, third] = [1, 2, 3].map((number) => ann.send(TALK, 'x', { number }));
    const fates = [await ann.fate(first!), await ann.fate(second!), await ann.fate(third!)];
    assert.deepEqual(fates, ['accepted', 'rate-limited', 'rate-limited']);
    await stage.pass(5_000);
    ann.say(second!);
    assert.equal(await ann.fate(second!), 'accepted');
    await stage.pass(5_000);
    // On its way before the refusal of the third was heard of.
    const fourth = ann.send(TALK, 'y', { number: 4 });
    assert.equal(await ann.fate(fourth), 'rate-limited');
    await stage.pass(5_000);
    ann.say(third!);
    assert.equal(await ann.fate(third!), 'accepted');
    await stage.pass(5_000);
    ann.say(fourth);
    assert.equal(await ann.fate(fourth), 'accepted');
  });

  it('does not make other conversations or sessions wait', async () => {
    const stage = await openStage({ limits: { messagesPerSecond: 1, messagesBurst: 1 } });
    const ann = await stage.join('ann');
    await ann.accepted(ann.send(TALK, 'x'));
    const refused = ann.send(TALK, 'y');
    assert.equal(await ann.fate(refused), 'rate-limited');
    await stage.pass(5_000);
    assert.equal(await ann.fate(ann.send('d/ann/cat', 'z')), 'accepted');
    await stage.pass(5_000);
    const back = await stage.join('ann');
    assert.equal(await back.fate(back.send(TALK, 'w', { number: 7 })), 'accepted');
  });

  it('answers repeats even when it is busy', async () => {
    const stage = await openStage({ limits: { messagesPerSecond: 1, messagesBurst: 1 } });
    const ann = await stage.join('ann');
    const sent = ann.send(TALK, 'x');
    await ann.accepted(sent);
    ann.say(sent, sent);
    assert.equal((await ann.accepted(sent)).duplicate, 1);
    assert.equal((await ann.accepted(sent)).duplicate, 1);
  });
});
