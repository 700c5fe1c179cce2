import assert from 'node:assert/strict';
import type { RawClient } from './raw-client.ts';
import { closeStages, openStage, pluck, type Stage } from './stage.ts';

const PAIR = 'd/ann/bob';
type State = 'none' | 'mine' | 'theirs' | 'friends';

/** What each act does in each state, seen from the one who acts; `next` absent: refused. */
const TABLE: Record<string, Record<State, readonly [fate: string, next?: State]>> = {
  'friend.request': {
    none: ['accepted', 'mine'],
    mine: ['already'],
    theirs: ['accepted', 'friends'],
    friends: ['already'],
  },
  'friend.accept': {
    none: ['not-found'],
    mine: ['not-found'],
    theirs: ['accepted', 'friends'],
    friends: ['not-found'],
  },
  'friend.reject': {
    none: ['not-found'],
    mine: ['not-found'],
    theirs: ['accepted', 'none'],
    friends: ['not-found'],
  },
  'friend.remove': {
    none: ['not-friend'],
    mine: ['accepted', 'none'],
    theirs: ['not-friend'],
    friends: ['accepted', 'none'],
  },
};

async function couple(stage: Stage, mark = ''): Promise<readonly [RawClient, RawClient]> {
  return [await stage.join(`ann${mark}`), await stage.join(`bob${mark}`)];
}

async function reach(
  state: State,
  pair: string,
  [ann, bob]: readonly [RawClient, RawClient],
): Promise<void> {
  if (state === 'mine' || state === 'friends') await ann.accepted(ann.act(pair, 'friend.request'));
  if (state === 'theirs') await bob.accepted(bob.act(pair, 'friend.request'));
  if (state === 'friends') await bob.accepted(bob.act(pair, 'friend.accept'));
}

async function stateOf(client: RawClient): Promise<State> {
  const line = (await client.ask('friends')).item[0]?.state;
  if (line === 'friend') return 'friends';
  if (line === 'requested') return 'mine';
  return line === 'asked' ? 'theirs' : 'none';
}

for (const store of ['memory', 'sqlite'] as const) {
  describe(`the protocol, friends (§3), kept in ${store}`, () => {
    afterEach(closeStages);

    for (const [action, row] of Object.entries(TABLE)) {
      it(`knows ${action} in every state`, async () => {
        const stage = await openStage({ store });
        for (const [state, [fate, next]] of Object.entries(row)) {
          const [ann, bob] = await couple(stage, state);
          const pair = `d/ann${state}/bob${state}`;
          await reach(state as State, pair, [ann, bob]);
          assert.equal(await ann.fate(ann.act(pair, action)), fate, state);
          assert.equal(await stateOf(ann), next ?? state, state);
        }
      });
    }
  });
}

describe('the protocol, direct conversations (§3)', () => {
  afterEach(closeStages);

  it('keep a request for who is offline or was never seen', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    await ann.accepted(ann.act(PAIR, 'friend.request'));
    const bob = await stage.join('bob');
    assert.equal((await bob.next('deliver')).kind, 'friend.request');
    await bob.accepted(bob.act(PAIR, 'friend.accept'));
    assert.equal((await ann.next('deliver')).kind, 'friend.accept');
  });

  it('take a request that meets the other’s as an accept', async () => {
    const stage = await openStage();
    const [ann, bob] = await couple(stage);
    await ann.accepted(ann.act(PAIR, 'friend.request'));
    await bob.accepted(bob.act(PAIR, 'friend.request'));
    assert.equal((await ann.next('deliver')).kind, 'friend.accept');
  });

  it('are made by the first accepted command, of either side', async () => {
    const stage = await openStage();
    const [ann, bob] = await couple(stage);
    assert.equal((await ann.ask('members', { conversation: PAIR })).code, 'not-found');
    assert.equal(await ann.fate(ann.act(PAIR, 'friend.accept')), 'not-found');
    assert.equal((await ann.ask('members', { conversation: PAIR })).code, 'not-found');
    await bob.accepted(bob.send(PAIR, 'hi'));
    const { item } = await ann.ask('members', { conversation: PAIR });
    assert.deepEqual(pluck(item, 'user'), ['ann', 'bob']);
  });

  it('ask for friendship before SEND where the configuration says so', async () => {
    const stage = await openStage({ friendsOnly: true });
    const [ann, bob] = await couple(stage);
    assert.equal(await ann.fate(ann.send(PAIR, 'hi')), 'not-friend');
    await ann.accepted(ann.act(PAIR, 'friend.request'));
    assert.equal(await ann.fate(ann.send(PAIR, 'hi')), 'not-friend');
    await bob.accepted(bob.act(PAIR, 'friend.accept'));
    await ann.accepted(ann.send(PAIR, 'hi'));
    await bob.accepted(bob.act(PAIR, 'friend.remove'));
    assert.equal(await ann.fate(ann.send(PAIR, 'hi')), 'not-friend');
    await ann.accepted(ann.send('d/ann/ann', 'a note'));
  });

  it('hold notes to self, for the other devices', async () => {
    const stage = await openStage();
    const [phone, laptop] = [await stage.join('ann', 'p'), await stage.join('ann', 'l')];
    await phone.accepted(phone.send('d/ann/ann', 'milk'));
    assert.equal((await laptop.next('deliver')).from, 'ann');
    const { item } = await phone.ask('members', { conversation: 'd/ann/ann' });
    assert.deepEqual(pluck(item, 'user'), ['ann']);
  });
});
