import assert from 'node:assert/strict';
import type { Progress } from 'im-kernel/contract';
import { inBetween } from './in-between.ts';
import { textOf, type RawClient } from './raw-client.ts';
import { closeStages, JSON_MESSAGES, openStage, pluck } from './stage.ts';

const TALK = 'd/ann/bob';
const TEA = 'g/tea';

async function say(client: RawClient, conversation: string, count: number): Promise<void> {
  const sent = Array.from({ length: count }, () => client.send(conversation, 'x'));
  for (const command of sent) await client.accepted(command);
}

async function positions(asker: RawClient, more: object): Promise<unknown> {
  const { item, more: left } = await asker.ask('history', { conversation: TALK, ...more });
  return [pluck(item, 'position'), left];
}

function upTo(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

for (const store of ['memory', 'sqlite'] as const) {
  describe(`the protocol, questions (§5), kept in ${store}`, () => {
    afterEach(closeStages);

    it('cuts history by after, before and limit, ascending', async () => {
      const stage = await openStage({ store, limits: { tailEntries: 2 } });
      const ann = await stage.join('ann');
      await say(ann, TALK, 120);
      assert.deepEqual(await positions(ann, {}), [upTo(1, 50), 1]);
      assert.deepEqual(await positions(ann, { after: 118 }), [[119, 120], undefined]);
      assert.deepEqual(await positions(ann, { before: 3 }), [[1, 2], undefined]);
      assert.deepEqual(await positions(ann, { before: 100, limit: 3 }), [[97, 98, 99], 1]);
      assert.deepEqual(await positions(ann, { before: 100 }), [upTo(50, 99), 1]);
      assert.deepEqual(await positions(ann, { after: 3, before: 6 }), [[4, 5], undefined]);
      assert.deepEqual(await positions(ann, { after: 3, before: 90, limit: 2 }), [[4, 5], 1]);
      assert.deepEqual(await positions(ann, { limit: 0 }), [[1], 1]);
      assert.deepEqual(await positions(ann, { limit: 500 }), [upTo(1, 120), undefined]);
      assert.deepEqual(await positions(ann, { limit: 120 }), [upTo(1, 120), undefined]);
      assert.deepEqual(await positions(ann, { after: 120 }), [[], undefined]);
      assert.deepEqual(await positions(ann, { before: 0 }), [[], undefined]);
      assert.deepEqual(await positions(ann, { before: 9_999, limit: 1 }), [[120], 1]);
    });

    it('shows in history what DELIVER says, and all stays of the asker, nothing between', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await ann.accepted(ann.act(TEA, 'group.create', { open: 1 }));
      await say(ann, TEA, 1);
      await bob.accepted(bob.act(TEA, 'group.join'));
      await say(ann, TEA, 1);
      await ann.accepted(ann.act(TEA, 'group.remove', { user: ['bob'] }));
      await say(ann, TEA, 3);
      const former = await bob.ask('history', { conversation: TEA });
      assert.deepEqual([pluck(former.item, 'position'), former.firstAvailable], [[3, 4, 5], 3]);
      await bob.accepted(bob.act(TEA, 'group.join'));
      await say(ann, TEA, 1);
      const { item, firstAvailable } = await bob.ask('history', { conversation: TEA });
      assert.deepEqual([pluck(item, 'position'), firstAvailable], [[3, 4, 5, 9, 10], 3]);
      const deliveries = await bob.some('deliver', 3);
      const { type: _, previous: __, ...first } = deliveries[0]!;
      assert.deepEqual(item[1], first);
      const down = await bob.ask('history', { conversation: TEA, before: 10, limit: 3 });
      assert.deepEqual([pluck(down.item, 'position'), down.more], [[4, 5, 9], 1]);
      const between = await bob.ask('history', { conversation: TEA, after: 5, before: 9 });
      assert.deepEqual([between.item, between.more], [[], undefined]);
    });

    it('lists the conversations that the asker is in, with marks and titles', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await say(ann, TALK, 3);
      await ann.accepted(ann.act(TEA, 'group.create', { title: 'Tea', user: ['bob'] }));
      await ann.accepted(ann.act('g/old', 'group.create', { user: ['bob'] }));
      await bob.accepted(bob.act('g/old', 'group.leave'));
      await bob.some('deliver', 5);
      bob.read(TALK, 2);
      await bob.heardOut();
      const expected = [
        { conversation: TALK, last: 3, received: 2, read: 2 },
        { conversation: TEA, last: 1, received: 0, read: 0, title: 'Tea' },
      ];
      assert.deepEqual((await bob.ask('conversations')).item, expected);
      const page = await bob.ask('conversations', { limit: 1 });
      assert.deepEqual([page.item, page.more], [expected.slice(0, 1), 1]);
      const rest = await bob.ask('conversations', { limit: 1, from: TALK });
      assert.deepEqual([rest.item, rest.more], [expected.slice(1), undefined]);
    });

    it('tells marks in the list of conversations only as they are kept', async () => {
      let full = true;
      const stage = await openStage({
        store,
        between: (real) =>
          inBetween(real, {
            saveProgress: (progress: Progress): Promise<void> =>
              full ? Promise.reject(new Error('no room')) : real.saveProgress(progress),
          }),
      });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await say(ann, TALK, 2);
      await bob.some('deliver', 2);
      bob.read(TALK, 2);
      await bob.heardOut();
      const line = { conversation: TALK, last: 2 };
      const before = await bob.ask('conversations');
      assert.deepEqual(before.item, [{ ...line, received: 0, read: 0 }]);
      full = false;
      const after = await bob.ask('conversations');
      assert.deepEqual(
        after.item,
        [{ ...line, received: 2, read: 2 }],
        'and kept before it answers',
      );
    });

    it('lists members by byte order, with role, marks and where they joined', async () => {
      const stage = await openStage({ store });
      const ann = await stage.join('ann');
      await ann.accepted(ann.act(TEA, 'group.create', { user: ['zoe', 'Bob'] }));
      await ann.accepted(ann.act(TEA, 'group.promote', { user: ['zoe'] }));
      await ann.accepted(ann.act(TEA, 'group.add', { user: ['cat'] }));
      const rows = [
        { user: 'Bob', role: 'member', joined: 1, received: 0, read: 0 },
        { user: 'ann', role: 'owner', joined: 1, received: 3, read: 0 },
        { user: 'cat', role: 'member', joined: 3, received: 0, read: 0 },
        { user: 'zoe', role: 'admin', joined: 1, received: 0, read: 0 },
      ];
      assert.deepEqual((await ann.ask('members', { conversation: TEA })).item, rows);
      const page = await ann.ask('members', { conversation: TEA, from: 'ann', limit: 1 });
      assert.deepEqual([page.item, page.more], [rows.slice(2, 3), 1]);
      await say(ann, TALK, 2);
      const pair = (await ann.ask('members', { conversation: TALK })).item;
      assert.deepEqual(pluck(pair, 'joined'), [1, 1]);
      assert.deepEqual(pluck(pair, 'role'), ['member', 'member']);
    });

    it('lists friends and open requests from both sides', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await ann.accepted(ann.act(TALK, 'friend.request'));
      const [mine, theirs] = [await ann.ask('friends'), await bob.ask('friends')];
      assert.deepEqual(mine.item, [{ user: 'bob', state: 'requested' }]);
      assert.deepEqual(theirs.item, [{ user: 'ann', state: 'asked' }]);
      await bob.accepted(bob.act(TALK, 'friend.accept'));
      await ann.accepted(ann.act('d/ann/cat', 'friend.request'));
      const { item } = await ann.ask('friends');
      assert.deepEqual(item, [
        { user: 'bob', state: 'friend' },
        { user: 'cat', state: 'requested' },
      ]);
      const page = await ann.ask('friends', { from: 'bob', limit: 1 });
      assert.deepEqual([pluck(page.item, 'user'), page.more], [['cat'], undefined]);
    });
  });
}

describe('the protocol, refused and long answers (§5)', () => {
  afterEach(closeStages);

  it('refuses what the asker may not see, and what is no question', async () => {
    const stage = await openStage();
    const [ann, eve] = [await stage.join('ann'), await stage.join('eve')];
    await say(ann, TALK, 1);
    await ann.accepted(ann.act(TEA, 'group.create', { user: ['eve'] }));
    await eve.accepted(eve.act(TEA, 'group.leave'));
    const codes: [what: 'history' | 'members', conversation: string | undefined, code: string][] = [
      ['history', TALK, 'not-found'],
      ['members', TALK, 'not-found'],
      ['history', 'g/none', 'not-found'],
      ['members', 'g/none', 'not-found'],
      ['members', TEA, 'not-member'],
      ['history', 'no name', 'invalid'],
      ['history', undefined, 'invalid'],
    ];
    for (const [what, conversation, code] of codes) {
      const answer = await eve.ask(what, conversation === undefined ? {} : { conversation });
      assert.deepEqual([answer.code, answer.item], [code, []], `${what} ${conversation}`);
    }
    const strange = await eve.ask('history', { what: 'weather' });
    assert.equal(strange.code, 'invalid');
  });

  it('cuts an answer to fit a frame, and goes on from there', async () => {
    const stage = await openStage();
    for (const binding of [undefined, JSON_MESSAGES]) {
      const ann = await stage.join('ann', 'd1', binding);
      const conversation = `d/ann/${binding ? 'json' : 'tlv'}`;
      for (let at = 0; at < 30; at += 1) {
        await ann.accepted(ann.send(conversation, '€'.repeat(3_000)));
      }
      const seen: number[] = [];
      for (let more: number | undefined = 1; more === 1;) {
        const page = await ann.ask('history', { conversation, after: seen.at(-1) ?? 0 });
        for (const { position, body } of page.item) {
          assert.equal(textOf(body).length, 3_000);
          seen.push(position);
        }
        more = page.more;
      }
      assert.equal(seen.length, 30);
      const below = await ann.ask('history', { conversation, before: 31 });
      assert.deepEqual([below.item.at(-1)?.position, below.more], [30, 1]);
      assert.ok(ann.fits, `a frame of ${ann.longestBytes} bytes`);
    }
  });

  it('takes an answer for each question at once, more than are in work together', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    await say(ann, TALK, 2);
    const asked = Array.from({ length: 20 }, () => ann.ask('history', { conversation: TALK }));
    for (const { item } of await Promise.all(asked)) assert.equal(item.length, 2);
  });
});
