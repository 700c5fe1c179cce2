import assert from 'node:assert/strict';
import type { Deliver } from '../../core/wire/frames.ts';
import { textOf, type RawClient } from './raw-client.ts';
import { closeStages, heardBy, openStage, pluck } from './stage.ts';

const TALK = 'd/ann/bob';
const TEA = 'g/tea';

async function say(client: RawClient, conversation: string, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await client.accepted(client.send(conversation, `m${at + 1}`));
  }
}

/** `previous` as it is meant: absent stands for position - 1. */
function previousOf(deliveries: readonly Deliver[]): readonly (readonly [number, number])[] {
  return deliveries.map(({ position, previous }) => [position, previous ?? position - 1]);
}

for (const store of ['memory', 'sqlite'] as const) {
  describe(`the protocol, deliveries (§4), kept in ${store}`, () => {
    afterEach(closeStages);

    it('delivers all that the sender said, and who that was', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann', 'phone'), await stage.join('bob')];
      const sent = ann.send(TALK, 'hi', { sentAt: 5, mediaType: 'text/markdown', attempt: 1 });
      const { acceptedAt, order } = await ann.accepted(sent);
      const { body, ...rest } = await bob.next('deliver');
      assert.equal(textOf(body), 'hi');
      assert.deepEqual(rest, {
        type: 'deliver',
        conversation: TALK,
        position: 1,
        order,
        id: sent.id,
        from: 'ann',
        device: 'phone',
        number: 1,
        sentAt: 5,
        acceptedAt,
        mediaType: 'text/markdown',
      });
    });

    it('delivers to other devices of the sender, not to the sending one', async () => {
      const stage = await openStage({ store });
      const phone = await stage.join('ann', 'phone');
      const laptop = await stage.join('ann', 'laptop');
      await say(phone, TALK, 1);
      assert.equal((await laptop.next('deliver')).device, 'phone');
      assert.deepEqual(await heardBy(stage, phone), []);
    });

    it('delivers after WELCOME whatever lies above the cursors, in order', async () => {
      const stage = await openStage({ store });
      const ann = await stage.join('ann');
      await say(ann, TALK, 3);
      await say(ann, 'd/ann/ann', 2);
      const bob = await stage.join('bob');
      assert.deepEqual(pluck(await bob.some('deliver', 3), 'position'), [1, 2, 3]);
      bob.received(TALK, 2);
      await bob.heardOut();
      bob.wire.vanish();
      const back = await stage.join('bob');
      const [third] = await back.some('deliver', 1);
      assert.deepEqual([third?.position, third?.previous, third?.again], [3, undefined, 1]);
      assert.deepEqual(await heardBy(stage, back), []);
    });

    it('goes on after what was acknowledged, though it was not kept yet when the device came back', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await say(ann, TALK, 3);
      await bob.some('deliver', 3);
      bob.received(TALK, 3);
      const back = await stage.join('bob');
      assert.deepEqual(await heardBy(stage, back), []);
    });

    it('tells the last earlier position meant for the device, over its own entries', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await say(ann, TALK, 2);
      await bob.some('deliver', 2);
      await say(bob, TALK, 2);
      await say(ann, TALK, 1);
      assert.deepEqual(previousOf(await bob.some('deliver', 1)), [[5, 2]]);
      bob.received(TALK, 5);
      await say(bob, TALK, 1);
      await bob.heardOut();
      bob.wire.vanish();
      await say(ann, TALK, 2);
      const back = await stage.join('bob');
      const late = await back.some('deliver', 2);
      assert.deepEqual(previousOf(late), [
        [7, 5],
        [8, 7],
      ]);
    });

    it('tells 0 when nothing above the starting point is meant for the device', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await say(bob, TALK, 2);
      await say(ann, TALK, 1);
      assert.deepEqual(previousOf(await bob.some('deliver', 1)), [[3, 0]]);
      await ann.accepted(ann.act(TEA, 'group.create'));
      await say(ann, TEA, 3);
      await ann.accepted(ann.act(TEA, 'group.add', { user: ['bob'] }));
      assert.deepEqual(previousOf(await bob.some('deliver', 1)), [[5, 0]]);
    });

    it('begins a membership with the entry that brought it and ends it with the last one', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await ann.accepted(ann.act(TEA, 'group.create', { title: 'Tea' }));
      await say(ann, TEA, 1);
      await ann.accepted(ann.act(TEA, 'group.add', { user: ['bob'] }));
      await say(ann, TEA, 1);
      await ann.accepted(ann.act(TEA, 'group.remove', { user: ['bob'] }));
      await say(ann, TEA, 2);
      const seen = await heardBy(stage, bob);
      assert.deepEqual(pluck(seen, 'position'), [3, 4, 5]);
      assert.deepEqual(pluck(seen, 'kind'), ['group.add', undefined, 'group.remove']);
      assert.deepEqual(seen[2]?.user, ['bob']);
    });

    it('passes over the times of no membership, before and after a reconnection', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await ann.accepted(ann.act(TEA, 'group.create', { user: ['bob'], open: 1 }));
      await say(ann, TEA, 1);
      await bob.accepted(bob.act(TEA, 'group.leave'));
      await say(ann, TEA, 3);
      await bob.accepted(bob.act(TEA, 'group.join'));
      await say(ann, TEA, 1);
      const expected = [
        [1, 0],
        [2, 1],
        [8, 2],
      ];
      assert.deepEqual(previousOf(await heardBy(stage, bob)), expected);
      bob.wire.vanish();
      const back = await stage.join('bob');
      assert.deepEqual(previousOf(await heardBy(stage, back)), expected);
      back.received(TEA, 2);
      await back.heardOut();
      const again = await stage.join('bob');
      assert.deepEqual(previousOf(await heardBy(stage, again)), [[8, 2]]);
    });

    it('starts a new device at its user’s received mark, counting its own entries', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob', 'phone')];
      await say(ann, TALK, 3);
      await bob.some('deliver', 3);
      bob.received(TALK, 2);
      await bob.heardOut();
      const laptop = await stage.join('bob', 'laptop');
      assert.deepEqual(previousOf(await heardBy(stage, laptop)), [[3, 0]]);
      bob.received(TALK, 3);
      await say(bob, TALK, 1);
      const tablet = await stage.join('bob', 'tablet');
      assert.deepEqual(await heardBy(stage, tablet), []);
      await say(ann, TALK, 1);
      assert.deepEqual(previousOf(await heardBy(stage, tablet)), [[5, 0]]);
    });

    it('starts a known device at 0 in conversations that begin later', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob', 'phone')];
      const laptop = await stage.join('bob', 'laptop');
      laptop.wire.vanish();
      await say(ann, TALK, 2);
      await bob.some('deliver', 2);
      bob.received(TALK, 2);
      await bob.heardOut();
      const back = await stage.join('bob', 'laptop');
      assert.deepEqual(previousOf(await heardBy(stage, back)), [
        [1, 0],
        [2, 1],
      ]);
    });

    it('delivers a long backlog whole, in order, within the window', async () => {
      const stage = await openStage({ store, limits: { tailEntries: 4 } });
      const ann = await stage.join('ann');
      const last = Array.from({ length: 200 }, () => ann.send(TALK, 'x')).at(-1);
      await ann.accepted(last!);
      const bob = await stage.join('bob');
      const positions: number[] = [];
      while (positions.length < 200) {
        const { position, previous } = await bob.next('deliver');
        assert.equal(previous, undefined);
        positions.push(position);
        if (positions.length % 20 === 0) bob.received(TALK, position);
      }
      assert.deepEqual(
        positions,
        Array.from({ length: 200 }, (_, at) => at + 1),
      );
    });
  });
}

describe('the protocol, acts in the log (§4)', () => {
  afterEach(closeStages);

  it('delivers every accepted act like a message, with what it says', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    const create = { title: 'Tea', user: ['ann', 'bob', 'cat'], open: 1 };
    await ann.accepted(ann.act(TEA, 'group.create', create));
    await ann.accepted(ann.act(TEA, 'group.rename', { title: 'Chai' }));
    const [first, second] = await bob.some('deliver', 2);
    const { kind, user, title, body, mediaType } = first!;
    assert.deepEqual([kind, user, title], ['group.create', ['bob', 'cat'], 'Tea']);
    assert.deepEqual([body, mediaType], [undefined, undefined]);
    assert.deepEqual([second?.kind, second?.title], ['group.rename', 'Chai']);
  });

  it('keeps nothing of an act that the act does not mean', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await ann.accepted(
      ann.act(TALK, 'friend.request', { title: 'x'.repeat(9_000), user: ['eve'] }),
    );
    await ann.accepted(ann.act(TEA, 'group.create', { title: 'Tea' }));
    await ann.accepted(ann.act(TEA, 'group.add', { user: ['bob'], title: 'Mine', open: 1 }));
    const [request, add] = await bob.some('deliver', 2);
    assert.deepEqual([request?.title, request?.user], [undefined, undefined]);
    assert.deepEqual([add?.title, add?.user], [undefined, ['bob']]);
  });
});
