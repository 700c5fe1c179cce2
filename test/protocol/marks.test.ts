import assert from 'node:assert/strict';
import type { RawClient } from './raw-client.ts';
import { closeStages, heardBy, JSON_MESSAGES, openStage, TLV, type Stage } from './stage.ts';

const TALK = 'd/ann/bob';
const TEA = 'g/tea';

async function say(client: RawClient, conversation: string, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await client.accepted(client.send(conversation, 'x'));
}

/** The marks of everybody, as `members` tells them: user, received, read. */
async function marksOf(asker: RawClient, conversation: string): Promise<unknown> {
  const { item } = await asker.ask('members', { conversation });
  return item.map(({ user, received, read }) => [user, received, read]);
}

async function receipts(stage: Stage, client: RawClient): Promise<unknown> {
  await stage.keepProgress();
  return client.take('receipt').map(({ user, received, read }) => [user, received, read]);
}

for (const store of ['memory', 'sqlite'] as const) {
  describe(`the protocol, marks and receipts (§4), kept in ${store}`, () => {
    afterEach(closeStages);

    it('raises a user’s marks to the highest of the devices, and READ implies RECEIVED', async () => {
      const stage = await openStage({ store });
      const ann = await stage.join('ann');
      const [phone, laptop] = [await stage.join('bob', 'p'), await stage.join('bob', 'l')];
      await say(ann, TALK, 5);
      await phone.some('deliver', 5);
      await laptop.some('deliver', 5);
      phone.received(TALK, 3);
      laptop.read(TALK, 2);
      await laptop.heardOut();
      assert.deepEqual(await marksOf(phone, TALK), [
        ['ann', 5, 0],
        ['bob', 3, 2],
      ]);
      laptop.read(TALK, 4);
      phone.received(TALK, 1);
      await laptop.heardOut();
      assert.deepEqual(await marksOf(phone, TALK), [
        ['ann', 5, 0],
        ['bob', 4, 4],
      ]);
      laptop.wire.vanish();
      const back = await stage.join('bob', 'l');
      assert.deepEqual(
        (await heardBy(stage, back)).map(({ position }) => position),
        [5],
      );
    });

    it('lowers what lies beyond the last visible position, former members’ too', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await ann.accepted(ann.act(TEA, 'group.create', { user: ['bob'] }));
      await say(ann, TEA, 2);
      await ann.accepted(ann.act(TEA, 'group.remove', { user: ['bob'] }));
      await say(ann, TEA, 2);
      await bob.some('deliver', 4);
      bob.read(TEA, 1_000);
      await bob.heardOut();
      await stage.keepProgress();
      await ann.accepted(ann.act(TEA, 'group.add', { user: ['bob'] }));
      assert.deepEqual(await marksOf(ann, TEA), [
        ['ann', 7, 0],
        ['bob', 6, 4],
      ]);
      assert.deepEqual(
        (await heardBy(stage, bob)).map(({ position }) => position),
        [7],
      );
    });

    it('takes a RECEIVED of what an earlier session sent', async () => {
      const stage = await openStage({ store });
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      await say(ann, TALK, 3);
      await bob.some('deliver', 3);
      bob.wire.vanish();
      const back = stage.connect();
      back.hello('bob');
      back.received(TALK, 3);
      await back.next('welcome');
      await heardBy(stage, back);
      assert.deepEqual(await marksOf(ann, TALK), [
        ['ann', 3, 0],
        ['bob', 3, 0],
      ]);
    });
  });
}

describe('the protocol, receipts (§4)', () => {
  afterEach(closeStages);

  it('go, when kept, to the authors newly covered and to nobody else', async () => {
    const stage = await openStage();
    const users = ['ann', 'bob', 'cat'];
    const clients = [];
    for (const user of users) clients.push(await stage.join(user));
    const [ann, bob, cat] = clients as [RawClient, RawClient, RawClient];
    await ann.accepted(ann.act(TEA, 'group.create', { user: ['bob', 'cat'] }));
    await say(cat, TEA, 1);
    await say(ann, TEA, 1);
    await stage.keepProgress();
    for (const client of clients) client.take('receipt');
    bob.received(TEA, 1);
    await bob.heardOut();
    assert.deepEqual(ann.take('receipt'), []);
    assert.deepEqual(await receipts(stage, ann), [['bob', 1, 0]]);
    assert.deepEqual(await receipts(stage, cat), []);
    bob.received(TEA, 3);
    assert.deepEqual(await receipts(stage, cat), [['bob', 3, 0]]);
    assert.deepEqual(await receipts(stage, ann), [['bob', 3, 0]]);
    bob.read(TEA, 2);
    assert.deepEqual(await receipts(stage, cat), [['bob', 3, 2]]);
    assert.deepEqual(await receipts(stage, ann), [['bob', 3, 2]]);
    bob.read(TEA, 1);
    bob.received(TEA, 2);
    for (const client of clients) assert.deepEqual(await receipts(stage, client), []);
  });

  it('are not told to authors whose entries a READ does not cover yet', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    const cat = await stage.join('cat');
    await ann.accepted(ann.act(TEA, 'group.create', { user: ['bob', 'cat'] }));
    await say(cat, TEA, 1);
    await bob.some('deliver', 2);
    bob.received(TEA, 2);
    await stage.keepProgress();
    cat.take('receipt');
    bob.read(TEA, 1);
    assert.deepEqual(await receipts(stage, ann), [
      ['bob', 2, 0],
      ['bob', 2, 1],
    ]);
    assert.deepEqual(await receipts(stage, cat), []);
  });

  it('go to the user’s own other devices', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const [phone, laptop] = [await stage.join('bob', 'p'), await stage.join('bob', 'l')];
    await say(ann, TALK, 3);
    await laptop.some('deliver', 3);
    phone.received(TALK, 2);
    assert.deepEqual(await receipts(stage, laptop), [['bob', 2, 0]]);
    assert.deepEqual(await receipts(stage, phone), []);
  });

  it('tell each device of the other’s move when both move at once', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const [phone, laptop] = [await stage.join('bob', 'p'), await stage.join('bob', 'l')];
    await say(ann, TALK, 3);
    await laptop.some('deliver', 3);
    phone.received(TALK, 2);
    await phone.heardOut();
    laptop.read(TALK, 3);
    assert.deepEqual(await receipts(stage, phone), [['bob', 3, 3]]);
  });

  it('come of many moves as one', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await say(ann, TALK, 9);
    await bob.some('deliver', 9);
    for (let position = 1; position <= 9; position += 1) bob.received(TALK, position);
    assert.deepEqual(await receipts(stage, ann), [['bob', 9, 0]]);
  });

  it('find the authors of what is no longer in memory, however long ago that was', async () => {
    const stage = await openStage({ limits: { tailEntries: 4, window: 1_000 } });
    const [ann, cat] = [await stage.join('ann'), await stage.join('cat')];
    await ann.accepted(ann.act(TEA, 'group.create', { user: ['bob', 'cat'] }));
    await say(cat, TEA, 1);
    await say(ann, TEA, 700);
    await stage.keepProgress();
    for (const client of [ann, cat]) client.take('receipt');
    const bob = await stage.join('bob');
    await bob.next('deliver');
    bob.received(TEA, 702);
    await bob.heardOut();
    assert.deepEqual(await receipts(stage, ann), [['bob', 702, 0]]);
    assert.deepEqual(await receipts(stage, cat), [['bob', 702, 0]]);
  });

  it('are not made of a READ of what was before the membership', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await ann.accepted(ann.act(TEA, 'group.create'));
    await say(ann, TEA, 4);
    await ann.accepted(ann.act(TEA, 'group.add', { user: ['bob'] }));
    await bob.next('deliver');
    bob.read(TEA, 3);
    await bob.heardOut();
    assert.deepEqual(await marksOf(ann, TEA), [
      ['ann', 6, 0],
      ['bob', 0, 0],
    ]);
  });

  it('ignores what is unknown, ill-named or not visible, at any length', async () => {
    const stage = await openStage();
    const [ann, eve] = [await stage.join('ann'), await stage.join('eve')];
    await say(ann, TALK, 2);
    for (const name of [TALK, 'g/none', 'no name', 'd/eve/zoe', 'x'.repeat(9_000)]) {
      eve.received(name, 2);
      eve.read(name, 2);
      eve.say({ type: 'signal', conversation: name, kind: 'typing' });
    }
    await eve.heardOut();
    await stage.keepProgress();
    assert.deepEqual(await marksOf(ann, TALK), [
      ['ann', 2, 0],
      ['bob', 0, 0],
    ]);
    assert.equal(eve.wire.closed, false);
  });

  for (const binding of [TLV, JSON_MESSAGES]) {
    it(`takes RECEIVED and READ of nothing as nothing, in ${binding.encoding}`, async () => {
      const stage = await openStage();
      const bob = await stage.join('bob', 'd1', binding);
      bob.say({ type: 'received' }, { type: 'read' }, { type: 'ping', id: 5 });
      assert.equal((await bob.next('pong')).id, 5);
      assert.deepEqual(stage.failed, []);
    });
  }

  it('reads on after more progress waited than may wait', async () => {
    const stage = await openStage({ limits: { progressPending: 100 } });
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    const upTo = [];
    for (let at = 0; at < 60; at += 1) {
      await ann.accepted(ann.act(`g/t${at}`, 'group.create', { user: ['bob'] }));
      upTo.push({ conversation: `g/t${at}`, position: 1 });
      if (at % 20 === 0) await stage.keepProgress();
    }
    await bob.some('deliver', 60);
    await stage.keepProgress();
    bob.say({ type: 'received', upTo });
    bob.say({ type: 'ping', id: 5 });
    await stage.keepProgress();
    await stage.keepProgress();
    assert.equal((await bob.next('pong')).id, 5);
  });
});
