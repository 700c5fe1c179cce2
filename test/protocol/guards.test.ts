import assert from 'node:assert/strict';
import type { GuardedMessage, GuardVerdict } from 'im-kernel/contract';
import type { Refused } from '../../core/wire/frames.ts';
import { aGuard, healthOf, measured } from './effects-stage.ts';
import { inBetween } from './in-between.ts';
import { closeStages, heardBy, openStage } from './stage.ts';

const TALK = 'd/ann/bob';
const ALLOW: GuardVerdict = { is: 'allow' };
const textOf = ({ body }: { body?: Uint8Array }): string =>
  Buffer.from(body ?? []).toString('utf8');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Refuses what says no, shouts what begins with !, allows the rest. */
function strict(message: GuardedMessage): GuardVerdict {
  const text = textOf(message);
  if (text.includes('no')) return { is: 'refuse', detail: 'it says no' };
  if (text.startsWith('!')) return { is: 'change', body: bytes(text.slice(1).toUpperCase()) };
  return ALLOW;
}

describe('guards', () => {
  afterEach(closeStages);

  for (const [how, look] of [
    ['at once', strict],
    ['later', (message: GuardedMessage) => Promise.resolve(strict(message))],
  ] as const) {
    it(`allow, change and refuse ${how}, before anything is kept`, async () => {
      const stage = await openStage({ guards: [aGuard('strict', look)] });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      const sent = ['yes', 'oh no', '!hey', 'fine'].map((text) => ann.send(TALK, text));
      const fates = await Promise.all(sent.map((command) => ann.answer(command)));
      assert.deepEqual(
        fates.map((fate) => (fate.type === 'accepted' ? fate.position : fate.code)),
        [1, 'forbidden', 2, 3],
      );
      assert.equal((fates[1] as Refused).detail, 'it says no');
      const heard = await bob.some('deliver', 3);
      assert.deepEqual(heard.map(textOf), ['yes', 'HEY', 'fine']);
      assert.equal(measured(stage, 'strict', 'guard_verdicts_total', 'refuse'), 1);
      assert.equal(measured(stage, 'strict', 'guard_verdicts_total', 'change'), 1);
      assert.equal(measured(stage, 'strict', 'guard_verdicts_total', 'allow'), 2);
    });
  }

  it('keep the changed text in the log, for the sender’s history and other devices too', async () => {
    const stage = await openStage({ guards: [aGuard('strict', strict)], store: 'sqlite' });
    const [ann, tablet] = [await stage.join('ann'), await stage.join('ann', 'tablet')];
    await ann.accepted(ann.send(TALK, '!hey'));
    assert.equal(textOf(await tablet.next('deliver')), 'HEY');
    const { item } = await ann.ask('history', { conversation: TALK });
    assert.deepEqual(item.map(textOf), ['HEY']);
  });

  it('refuse for good: the number is spent, and the refusal is repeated', async () => {
    const stage = await openStage({ guards: [aGuard('strict', strict)] });
    const ann = await stage.join('ann');
    const sent = ann.send(TALK, 'no');
    assert.equal(await ann.fate(sent), 'forbidden');
    ann.say(sent);
    assert.equal(await ann.fate(sent), 'forbidden');
    assert.equal((await ann.accepted(ann.send(TALK, 'yes'))).position, 1);
  });

  it('stand in their sequence: each sees what the one before made of it', async () => {
    const seen: string[] = [];
    const note =
      (name: string) =>
      (message: GuardedMessage): GuardVerdict => {
        seen.push(`${name} ${textOf(message)}`);
        return { is: 'change', body: bytes(`${textOf(message)}${name}`) };
      };
    const guards = [aGuard('a', note('a')), aGuard('b', async (it) => note('b')(it))];
    const last = aGuard('c', (it) =>
      textOf(it).length > 4 ? { is: 'refuse', detail: 'long' } : ALLOW,
    );
    const stage = await openStage({ guards: [...guards, last] });
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await ann.accepted(ann.send(TALK, '1'));
    assert.equal(await ann.fate(ann.send(TALK, '123')), 'forbidden');
    assert.deepEqual(seen, ['a 1', 'b 1a', 'a 123', 'b 123a']);
    assert.equal(textOf(await bob.next('deliver')), '1ab');
  });

  it('are not asked about repeats, acts, or what is refused for its form', async () => {
    const seen: string[] = [];
    const guard = aGuard('note', (message) => {
      seen.push(textOf(message));
      return ALLOW;
    });
    const stage = await openStage({ guards: [guard], limits: { bodyMax: 100 } });
    const ann = await stage.join('ann');
    const sent = ann.send(TALK, 'once');
    await ann.accepted(sent);
    ann.say(sent);
    assert.equal((await ann.accepted(sent)).duplicate, 1);
    await ann.accepted(ann.act('g/tea', 'group.create', { user: [] }));
    assert.equal(await ann.fate(ann.send(TALK, 'x'.repeat(101))), 'too-large');
    assert.deepEqual(seen, ['once']);
  });

  it('say nothing about a message whose sender has no right to send it', async () => {
    const stage = await openStage({ guards: [aGuard('strict', strict)] });
    const [ann, eve] = [await stage.join('ann'), await stage.join('eve')];
    await ann.accepted(ann.act('g/tea', 'group.create', { user: [] }));
    assert.equal(await eve.fate(eve.send('g/tea', 'no')), 'not-found');
    assert.equal(await eve.fate(eve.send(TALK, 'no')), 'not-found');
  });

  it('make no conversation by a refused message', async () => {
    const stage = await openStage({ guards: [aGuard('strict', strict)] });
    const ann = await stage.join('ann');
    assert.equal(await ann.fate(ann.send(TALK, 'no')), 'forbidden');
    assert.deepEqual((await ann.ask('conversations')).item, []);
  });

  it('cannot smuggle in what messages may not be', async () => {
    const guard = aGuard('bad', (message) =>
      textOf(message) === 'long'
        ? { is: 'change', body: new Uint8Array(101) }
        : { is: 'change', body: Uint8Array.of(0xff), mediaType: 'text/plain' },
    );
    const stage = await openStage({ guards: [guard], limits: { bodyMax: 100 } });
    const ann = await stage.join('ann');
    assert.equal(await ann.fate(ann.send(TALK, 'long')), 'too-large');
    assert.equal(await ann.fate(ann.send(TALK, 'ill')), 'invalid');
    assert.equal(measured(stage, 'bad', 'guard_failures_total', 'misshaped'), 2);
  });

  it('cannot change what others see by writing upon the message, now or later', async () => {
    let held: Uint8Array | undefined;
    const guard = aGuard('vandal', (message) => {
      held = message.body;
      message.body.fill(42);
      return ALLOW;
    });
    const stage = await openStage({ guards: [guard] });
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await ann.accepted(ann.send(TALK, 'mine'));
    held?.fill(43);
    assert.equal(textOf(await bob.next('deliver')), 'mine');
  });

  it('are not asked twice when the batch is planned again', async () => {
    let looks = 0;
    const guard = aGuard('count', () => {
      looks += 1;
      return ALLOW;
    });
    let stale = 1;
    const stage = await openStage({
      guards: [guard],
      between: (store) =>
        inBetween(store, {
          append: (batch) =>
            stale-- > 0 ? Promise.resolve(batch.map(() => 'stale')) : store.append(batch),
        }),
    });
    const ann = await stage.join('ann');
    assert.equal((await ann.accepted(ann.send(TALK, 'hi'))).position, 1);
    assert.equal(looks, 1);
  });
});

describe('a guard that fails', () => {
  afterEach(closeStages);

  const failures: readonly (readonly [
    string,
    string,
    () => GuardVerdict | Promise<GuardVerdict>,
  ])[] = [
    ['throws', 'threw', () => assert.fail('oops')],
    ['rejects', 'threw', () => Promise.reject(new Error('oops'))],
    ['answers nonsense', 'ill-formed', () => ({ is: 'perhaps' }) as unknown as GuardVerdict],
    ['hangs', 'timed-out', () => new Promise(() => undefined)],
  ];
  for (const [how, label, look] of failures) {
    it(`and ${how} makes messages come again: nothing is lost, and order holds`, async () => {
      let works = false;
      const guard = aGuard('weak', (message) => (works ? strict(message) : look()));
      const stage = await openStage({ guards: [guard] });
      const ann = await stage.join('ann');
      const sent = [ann.send(TALK, 'one'), ann.send(TALK, 'two')];
      await stage.rest();
      stage.clock.advance(100);
      for (const command of sent) assert.equal(await ann.fate(command), 'not-ready');
      assert.ok(measured(stage, 'weak', 'guard_failures_total', label) >= 1);
      works = true;
      ann.say(...sent);
      for (const [at, command] of sent.entries()) {
        assert.equal((await ann.accepted(command)).position, at + 1);
      }
    });

    it(`and ${how} lets nothing past that waited behind a message of the same batch`, async () => {
      let works = false;
      const guard = aGuard('weak', (message) => (works ? strict(message) : look()));
      const stage = await openStage({ guards: [guard] });
      const ann = await stage.join('ann');
      const sent = [ann.send(TALK, 'one'), ann.send(TALK, 'no'), ann.send(TALK, '!three')];
      await stage.rest();
      stage.clock.advance(100);
      for (const command of sent) assert.equal(await ann.fate(command), 'not-ready');
      works = true;
      ann.say(...sent);
      const fates = [];
      for (const command of sent) fates.push(await ann.fate(command));
      assert.deepEqual(fates, ['accepted', 'forbidden', 'accepted']);
      const { item } = await ann.ask('history', { conversation: TALK });
      assert.deepEqual(item.map(textOf), ['one', 'THREE']);
    });

    it(`and ${how} lets messages through unseen, if it is told to`, async () => {
      const stage = await openStage({ guards: [aGuard('weak', look, { onFailure: 'allow' })] });
      const ann = await stage.join('ann');
      const sent = ann.send(TALK, 'one');
      await stage.rest();
      stage.clock.advance(100);
      assert.equal((await ann.accepted(sent)).position, 1);
    });
  }

  it('is left out after some failures in a row, tried again by one message, and taken back', async () => {
    let works = false;
    let looks = 0;
    const guard = aGuard('weak', () => {
      looks += 1;
      return works ? ALLOW : new Promise(() => undefined);
    });
    const limits = { guardFailures: 3, guardSuspension: 5_000 };
    const stage = await openStage({ guards: [guard], limits });
    const ann = await stage.join('ann');
    const pending = [1, 2, 3].map((n) => ann.send(`g/none-${n}`, 'x'));
    await stage.rest();
    stage.clock.advance(100);
    for (const command of pending) assert.equal(await ann.fate(command), 'not-found');
    assert.equal(
      healthOf(stage, 'weak'),
      'degraded: left out after 3 failures: no verdict within 100 ms',
    );

    const sent = ann.send(TALK, 'at once, without waiting for the guard');
    assert.equal(await ann.fate(sent), 'not-ready');
    assert.equal(looks, 3);
    assert.equal(measured(stage, 'weak', 'guard_failures_total', 'left-out'), 1);

    stage.clock.advance(5_000);
    ann.say(sent, { ...sent, conversation: 'd/ann/cat' });
    await stage.rest();
    assert.equal(looks, 4, 'one message tries it');
    stage.clock.advance(100);
    assert.equal(await ann.fate(sent), 'not-ready');

    works = true;
    stage.clock.advance(5_000);
    ann.say(sent);
    assert.equal((await ann.accepted(sent)).position, 1);
    assert.equal(healthOf(stage, 'weak'), 'running');
    await ann.accepted(ann.send(TALK, 'as always'));
    assert.equal(looks, 6);
  });

  it('holds up no repeats, and no other lane', async () => {
    const hang = aGuard('weak', (message) =>
      message.conversation === TALK ? new Promise(() => undefined) : ALLOW,
    );
    const stage = await openStage({ guards: [hang], limits: { lanes: 8 } });
    const ann = await stage.join('ann');
    const stuck = ann.send(TALK, 'stuck');
    await stage.rest();
    const others = ['d/ann/cat', 'd/ann/dan', 'd/ann/eve', 'd/ann/fay'].map((name) =>
      ann.send(name, 'hi'),
    );
    await stage.rest();
    const accepted = ann.take('accepted').map(({ conversation }) => conversation);
    assert.ok(accepted.length >= others.length - 1, `only ${accepted.join(', ')} went on`);
    assert.deepEqual(await heardBy(stage, ann), []);
    stage.clock.advance(100);
    assert.equal(await ann.fate(stuck), 'not-ready');
  });
});
