import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import type { FriendLine } from 'im-kernel/contract';
import { inBetween } from './in-between.ts';
import type { RawClient } from './raw-client.ts';
import { closeStages, JSON_MESSAGES, openStage } from './stage.ts';

const PAIR = 'd/ann/bob';

async function befriend(ann: RawClient, bob: RawClient): Promise<void> {
  await ann.accepted(ann.act(PAIR, 'friend.request'));
  await bob.accepted(bob.act(PAIR, 'friend.accept'));
}

function told(client: RawClient): unknown {
  return client.take('presence').map(({ user, state, since }) => [user, state, since]);
}

function onlyGhost(): Promise<readonly FriendLine[]> {
  return Promise.resolve([{ user: 'ghost', state: 'friend' }]);
}

describe('the protocol, presence (§4)', () => {
  afterEach(closeStages);

  it('tells friends who become friends while online, each of the other', async () => {
    const stage = await openStage();
    const bob = await stage.join('bob');
    const bobSince = stage.clock.now();
    await stage.pass(1_000);
    const ann = await stage.join('ann');
    await befriend(ann, bob);
    await stage.rest();
    assert.deepEqual(told(ann), [['bob', 'online', bobSince]]);
    assert.deepEqual(told(bob), [['ann', 'online', stage.clock.now()]]);
  });

  it('tells friends of coming and going, by the first and the last connection', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob', 'p')];
    await befriend(ann, bob);
    await stage.rest();
    told(ann);
    const laptop = await stage.join('bob', 'l');
    await stage.rest();
    assert.deepEqual(told(ann), []);
    bob.wire.vanish();
    await stage.rest();
    assert.deepEqual(told(ann), []);
    await stage.pass(3_000);
    laptop.say({ type: 'bye' });
    await stage.rest();
    assert.deepEqual(told(ann), [['bob', 'offline', stage.clock.now()]]);
    await stage.join('bob', 'l');
    await stage.rest();
    assert.deepEqual(told(ann), [['bob', 'online', stage.clock.now()]]);
  });

  it('does not flicker when a device is replaced by itself', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await befriend(ann, bob);
    await stage.rest();
    told(ann);
    await stage.join('bob');
    await stage.rest();
    assert.deepEqual(told(ann), []);
  });

  it('tells after WELCOME who of the friends is online, and nothing of the others', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await befriend(ann, bob);
    const since = stage.clock.now();
    await stage.join('cat');
    await stage.pass(1_000);
    const laptop = await stage.join('ann', 'laptop');
    await stage.rest();
    assert.deepEqual(told(laptop), [['bob', 'online', since]]);
  });

  it('tells nothing when a friendship ends, and nothing of each other afterwards', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await befriend(ann, bob);
    await stage.rest();
    told(ann);
    await ann.accepted(ann.act(PAIR, 'friend.remove'));
    bob.wire.vanish();
    await stage.rest();
    await stage.join('bob');
    await stage.rest();
    assert.deepEqual(told(ann), []);
  });

  it('answers questions about friends and oneself, leaving others out', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await stage.join('eve');
    await befriend(ann, bob);
    await ann.accepted(ann.act('d/ann/zoe', 'friend.request'));
    const here = stage.clock.now();
    await stage.pass(2_000);
    bob.wire.vanish();
    await stage.keepProgress();
    const away = stage.clock.now() - 100;
    const all = (await ann.ask('presence')).item;
    assert.deepEqual(all, [
      { user: 'ann', state: 'online', since: here },
      { user: 'bob', state: 'offline', since: away },
    ]);
    const named = (await ann.ask('presence', { user: ['eve', 'zoe', 'bob', 'none'] })).item;
    assert.deepEqual(named, [{ user: 'bob', state: 'offline', since: away }]);
  });

  it('says since 0 of a friend who was never seen', async () => {
    const stage = await openStage({
      between: (store) => inBetween(store, { friendsOf: onlyGhost }),
    });
    const ann = await stage.join('ann');
    const { item } = await ann.ask('presence', { user: ['ghost'] });
    assert.deepEqual(item, [{ user: 'ghost', state: 'offline', since: 0 }]);
  });

  it('tells of a friend’s end even if it came before that friend’s own list was read', async () => {
    let release: (() => void) | undefined;
    let slow = false;
    const stage = await openStage({
      between: (store) =>
        inBetween(store, {
          async friendsOf(user, after, limit) {
            if (slow && user === 'bob') await new Promise<void>((go) => (release = go));
            return store.friendsOf(user, after, limit);
          },
        }),
    });
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await befriend(ann, bob);
    bob.wire.vanish();
    ann.wire.vanish();
    await stage.rest();
    slow = true;
    const back = await stage.join('bob');
    const listener = await stage.join('ann');
    await stage.rest();
    assert.equal(listener.take('presence')[0]?.state, 'online');
    back.wire.vanish();
    await stage.rest();
    release?.();
    await stage.rest();
    assert.equal(listener.take('presence').at(-1)?.state, 'offline');
  });

  it('sends away for now whoever would hear of nobody, since the friends cannot be read', async () => {
    let away = true;
    const stage = await openStage({
      between: (store) =>
        inBetween(store, {
          async friendsOf(user, after, limit) {
            if (away) throw new ImError('IM_STORE_AWAY', { why: 'on purpose' });
            return store.friendsOf(user, after, limit);
          },
        }),
    });
    const ann = await stage.join('ann');
    assert.equal(await ann.lastWord(), 'not-ready');
    away = false;
    await stage.join('ann');
  });
});

describe('the protocol, signals (§4)', () => {
  afterEach(closeStages);

  it('go to all other connections of the members, with who sent them', async () => {
    const stage = await openStage();
    const [phone, laptop] = [await stage.join('ann', 'p'), await stage.join('ann', 'l')];
    const bob = await stage.join('bob', 'd1', JSON_MESSAGES);
    const eve = await stage.join('eve');
    await phone.accepted(phone.send(PAIR, 'hi'));
    const signal = { conversation: PAIR, kind: 'typing', body: Uint8Array.of(1, 255) };
    phone.say({ type: 'signal', ...signal, from: 'eve' });
    assert.deepEqual(await bob.next('signal'), { type: 'signal', ...signal, from: 'ann' });
    assert.deepEqual(await laptop.next('signal'), { type: 'signal', ...signal, from: 'ann' });
    await stage.rest();
    assert.deepEqual([phone.take('signal'), eve.take('signal')], [[], []]);
  });

  it('are for members only and never stored', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await ann.accepted(ann.act('g/tea', 'group.create', { user: ['bob'] }));
    await bob.accepted(bob.act('g/tea', 'group.leave'));
    bob.say({ type: 'signal', conversation: 'g/tea', kind: 'typing' });
    ann.say({ type: 'signal', conversation: 'g/tea', kind: 'typing' });
    ann.say({ type: 'signal', conversation: 'g/tea', kind: 'x', body: new Uint8Array(2_000) });
    await ann.heardOut();
    await stage.rest();
    assert.deepEqual([ann.take('signal'), bob.take('signal')], [[], []]);
    const late = await stage.join('ann', 'late');
    await stage.rest();
    assert.deepEqual(late.take('signal'), []);
  });
});
