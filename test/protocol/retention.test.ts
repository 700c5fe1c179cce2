/** Bodies that are no longer kept, as everybody meets them. Time is moved by hand. */
import assert from 'node:assert/strict';
import type { Binding, Persistence } from 'im-kernel/contract';
import { until } from 'im-kernel/kit';
import type { Deliver } from '../../core/wire/frames.ts';
import { again, lasting, play, say, TALK } from './consumer-stage.ts';
import { healthOf, measured, Notebook } from './effects-stage.ts';
import { inBetween } from './in-between.ts';
import { textOf } from './raw-client.ts';
import { closeStages, JSON_MESSAGES, openStage, TLV, type Stage } from './stage.ts';

const KEPT_MS = 10_000;
const RETENTION = { keepBodies: KEPT_MS, limits: { retireEvery: 1_000, retirePause: 1 } };
const TLV_MESSAGES: Binding = { encoding: 'tlv', framing: 'messages' };
const BINDINGS: Readonly<Record<string, Binding>> = {
  'TLV in a stream': TLV,
  'TLV in messages': TLV_MESSAGES,
  'JSON in messages': JSON_MESSAGES,
};

function retired(stage: Stage): number {
  return measured(stage, '', 'im_bodies_retired_total');
}

/** Lets time pass until so many bodies are retired, and the look that did it has ended. */
async function untilRetired(stage: Stage, bodies: number): Promise<void> {
  await until(async () => {
    await stage.pass(500);
    return retired(stage) === bodies && measured(stage, '', 'im_retention_lag_ms') < 1_000;
  }, `${bodies} retired bodies`);
}

/** What a delivery shows: `position text`, or `position kind`. */
function shown({ position, kind, body, mediaType }: Omit<Deliver, 'type'>): string {
  const content = body === undefined ? '' : ` ${textOf(body)}`;
  return [position, kind ?? 'message', mediaType ?? ''].join(' ').trim() + content;
}

for (const store of ['memory', 'sqlite'] as const) {
  describe(`a body that is no longer kept, in ${store}`, () => {
    afterEach(closeStages);

    for (const [name, binding] of Object.entries(BINDINGS)) {
      it(`is delivered and shown in history as expired, all else as it was: ${name}`, async () => {
        const stage = await openStage({ store, ...RETENTION });
        const ann = await stage.join('ann', 'd1', binding);
        const sent = ann.send(TALK, 'a secret', { mediaType: 'text/markdown' });
        const accepted = await ann.accepted(sent);
        await ann.accepted(ann.act(TALK, 'friend.request'));
        await untilRetired(stage, 1);
        await ann.accepted(ann.send(TALK, 'news'));

        const bob = await stage.join('bob', 'd1', binding);
        const [first, second, third] = await bob.some('deliver', 3);
        assert.deepEqual(
          [first, second, third].map((one) => shown(one!)),
          ['1 expired', '2 friend.request', '3 message news'],
        );
        const { type: _, again: __, previous: ___, ...rest } = first!;
        const { conversation, position, order, acceptedAt } = accepted;
        const wanted = { conversation, position, order, acceptedAt, kind: 'expired' };
        const { id, number, sentAt } = sent;
        assert.deepEqual(rest, { ...wanted, id, number, sentAt, from: 'ann', device: 'd1' });
        const { item } = await bob.ask('history', { conversation: TALK });
        assert.deepEqual(item.map(shown), ['1 expired', '2 friend.request', '3 message news']);
        assert.deepEqual({ ...item[0] }, rest);
      });
    }

    it('answers a repeat as the first time, and knows a conflict', async () => {
      const stage = await openStage({ store, ...RETENTION });
      const ann = await stage.join('ann');
      const sent = ann.send(TALK, 'a secret');
      const { duplicate: _, ...first } = await ann.accepted(sent);
      await untilRetired(stage, 1);
      const later = await stage.join('ann');
      later.say(sent);
      const { duplicate, ...repeat } = await later.accepted(sent);
      assert.equal(duplicate, 1);
      assert.deepEqual(repeat, first);
      const other = later.send(TALK, 'a secret', { number: sent.number });
      assert.equal(await later.fate(other), 'conflict');
      assert.deepEqual((await later.accepted(later.send(TALK, 'x', { number: 2 }))).position, 2);
    });

    it('is not taken from memory either, when a delivery is repeated', async () => {
      const stage = await openStage({ store, ...RETENTION });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await ann.accepted(ann.send(TALK, 'a secret'));
      assert.equal(shown(await bob.next('deliver')), '1 message a secret');
      await untilRetired(stage, 1);
      assert.equal(measured(stage, '', 'im_tail_bytes'), 0);
      const laptop = await stage.join('bob', 'laptop');
      assert.equal(shown(await laptop.next('deliver')), '1 expired');
    });
  });
}

describe('retention', () => {
  afterEach(closeStages);

  it('takes nothing unless it is told to', async () => {
    const stage = await openStage({ limits: RETENTION.limits });
    await say(stage, ['one']);
    await stage.pass(10 * KEPT_MS, 5_000);
    assert.ok(Number.isNaN(retired(stage)));
    assert.equal(healthOf(stage, 'retention'), 'undefined');
    const ann = await stage.join('ann', 'd2');
    const { item } = await ann.ask('history', { conversation: TALK });
    assert.equal(shown(item[0]!), '1 message one');
  });

  it('waits for a consumer, shows that it does, and hands it every body', async () => {
    const { stage, notebook } = await play(
      { tries: 1_000, retryFrom: 1_000, retryMax: 1_000 },
      RETENTION,
    );
    let away = true;
    notebook.trouble = () => {
      if (away) throw new Error('away');
    };
    await say(stage, ['one', 'two']);
    await until(async () => {
      await stage.pass(500);
      return measured(stage, '', 'im_retention_held_shards') === 1;
    }, 'bodies that wait');
    assert.match(healthOf(stage, 'retention'), /^degraded: old bodies wait for a consumer/);
    assert.equal(retired(stage), 0);
    away = false;
    await untilRetired(stage, 2);
    assert.deepEqual(
      notebook.entries.map(({ body }) => textOf(body)),
      ['one', 'two'],
    );
    assert.equal(measured(stage, '', 'im_retention_held_shards'), 0);
    assert.equal(healthOf(stage, 'retention'), 'running');
  });

  it('shows a consumer that begins later what is left: the entries, expired', async () => {
    const kept = lasting();
    const first = await openStage({ ...RETENTION, ...kept });
    await say(first, ['one', 'two']);
    await untilRetired(first, 2);
    await closeStages();
    const notebook = new Notebook();
    const [hook] = again(notebook);
    const consumers = [{ ...hook!, added: { ...hook!.added, from: 'start' as const } }];
    await openStage({ ...RETENTION, ...kept, consumers });
    await until(() => notebook.entries.length === 2, 'both entries');
    const seen = notebook.entries.map(({ position, kind, body }) => [position, kind, body]);
    assert.deepEqual(seen, [
      [1, 'expired', undefined],
      [2, 'expired', undefined],
    ]);
  });

  it('goes on after a restart from where it was', async () => {
    const kept = lasting();
    const first = await openStage({ ...RETENTION, ...kept });
    await say(first, ['one', 'two', 'three']);
    await untilRetired(first, 3);
    await closeStages();
    /** By shard, the first cursor. */
    const asked = new Map<number, number>();
    let store: Persistence | undefined;
    const between = (made: Persistence): Persistence => {
      store = kept.between!(made, first.clock);
      const real = store;
      return inBetween(real, {
        retire: (wanted) => {
          const { shard, after } = wanted;
          if (!asked.has(shard)) asked.set(shard, after);
          return real.retire(wanted);
        },
      });
    };
    const second = await openStage({ ...RETENTION, between });
    const ann = await second.join('ann', 'd2');
    await ann.accepted(ann.send(TALK, 'four'));
    await untilRetired(second, 1);
    const ofTalk = [...asked.values()].filter((after) => after > 0);
    assert.deepEqual(ofTalk, [3]);
  });
});
