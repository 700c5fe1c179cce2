import assert from 'node:assert/strict';
import type { ConversationRecord } from 'im-kernel/contract';
import { inBetween } from './in-between.ts';
import { closeStages, openStage, pluck, type Stage } from './stage.ts';

const PLACES = 16;

function names(count: number, prefix: string): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at + 10}`);
}

/** A store that looks conversations up one by one, when it is told to. */
async function gated(): Promise<{ stage: Stage; asked: string[]; release: () => void }> {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const loadConversation = (name: string): Promise<ConversationRecord | undefined> => {
    asked.push(name);
    return new Promise((resolve) => waiting.push(() => resolve(undefined)));
  };
  const stage = await openStage({
    limits: { feedsPerConnection: PLACES },
    between: (store) => inBetween(store, { loadConversation }),
  });
  return { stage, asked, release: () => waiting.shift()?.() };
}

describe('the protocol, acknowledgements of many conversations at once (§4)', () => {
  afterEach(closeStages);

  it('moves the marks of more conversations than one connection holds places for', async () => {
    const stage = await openStage({ limits: { feedsPerConnection: PLACES } });
    const talks = names(PLACES * 2, 'u').map((user) => `d/bob/${user}`);
    for (const talk of talks) {
      const other = await stage.join(talk.slice('d/bob/'.length));
      await other.accepted(other.send(talk, 'hi'));
    }
    const bob = await stage.join('bob');
    bob.say({
      type: 'read',
      upTo: talks.toReversed().map((conversation) => ({ conversation, position: 1 })),
    });
    await stage.keepProgress();
    const { item } = await bob.ask('conversations', { limit: 500 });
    assert.deepEqual(pluck(item, 'conversation'), talks);
    assert.deepEqual(new Set(pluck(item, 'read')), new Set([1]));
  });

  it('reads no further while it looks up more names than it has places for', async () => {
    const { stage, asked, release } = await gated();
    const bob = await stage.join('bob');
    const frames = [names(100, 'g/a'), names(100, 'g/b')];
    for (const frame of frames) {
      bob.say({
        type: 'received',
        upTo: frame.map((conversation) => ({ conversation, position: 1 })),
      });
    }
    await stage.rest();
    assert.equal(asked.length, 100);
    for (let done = 0; done < 100 - PLACES; done += 1) release();
    await stage.rest();
    assert.equal(asked.length, 100, 'as many are looked up as there are places');
    release();
    await stage.rest();
    assert.equal(asked.length, 200);
  });

  it('looks nothing up for names of others or of nobody', async () => {
    const { stage, asked } = await gated();
    const bob = await stage.join('bob');
    const upTo = ['d/ann/cid', 'd/bob/ann', 'x/y', ''].map((conversation) => ({
      conversation,
      position: 1,
    }));
    bob.say({ type: 'received', upTo }, { type: 'read', upTo });
    await bob.heardOut();
    assert.deepEqual(asked, []);
  });
});
