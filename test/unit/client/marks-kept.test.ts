import assert from 'node:assert/strict';
import { memoryOutbox } from '../../../client/outbox.ts';
import type { ConversationItem, UpTo } from '../../../core/wire/frames.ts';
import { aClient, anOnlineClient, type Stage } from './a-client.ts';
import { aDelivery, OTHER_LOG } from './fake-world.ts';

const TALKS = ['bob', 'cat', 'dan'].map((user) => `d/ann/${user}`);
const FEW = { limits: { marksRepeated: 2 } };

/** Everything said of marks on this connection, once each. */
function said(stage: Stage, type: 'received' | 'read'): string[] {
  const lines = stage.net.last.only(type).flatMap(({ upTo = [] }): readonly UpTo[] => upTo);
  return lines.map(({ conversation, position }) => `${conversation} ${position}`);
}

/** Shows one message of each conversation, which a person reads. */
async function readAll(stage: Stage): Promise<void> {
  stage.im.on('message', () => undefined);
  for (const conversation of TALKS) {
    stage.net.last.say(aDelivery(1, { conversation }));
    await stage.time.settle();
    stage.im.read(conversation, 1);
  }
  await stage.time.settle();
}

async function comeBack(stage: Stage): Promise<void> {
  stage.net.last.cut();
  await stage.time.pass(1_000);
  await stage.goOnline();
}

function line(conversation: string, received: number, read: number): ConversationItem {
  return { conversation, last: 1, received, read };
}

async function answer(stage: Stage, item: ConversationItem[], more?: number): Promise<void> {
  const { query } = stage.net.last.only('query').at(-1)!;
  const rest = more === undefined ? {} : { more };
  stage.net.last.say({ type: 'result', query, what: 'conversations', item, ...rest });
  await stage.time.settle();
}

describe('the client, whose marks a crash may have taken', () => {
  it('asks once what is kept where it is much, and repeats what is not', async () => {
    const stage = await anOnlineClient(FEW);
    await readAll(stage);
    await comeBack(stage);
    const asked = stage.net.last.only('query').map(({ what }) => what);
    assert.deepEqual(
      [asked, said(stage, 'received'), said(stage, 'read')],
      [['conversations'], [], []],
    );
    await answer(stage, [line(TALKS[0]!, 1, 1), line(TALKS[1]!, 1, 0)]);
    assert.deepEqual(said(stage, 'received'), [`${TALKS[2]} 1`], 'one is not even listed');
    assert.deepEqual(said(stage, 'read'), [`${TALKS[1]} 1`, `${TALKS[2]} 1`]);
    assert.equal(stage.im.counts.marksRepeated, 3);
  });

  it('never repeats what is proven, until there is news', async () => {
    const stage = await anOnlineClient(FEW);
    await readAll(stage);
    await comeBack(stage);
    await answer(
      stage,
      TALKS.map((conversation) => line(conversation, 1, 1)),
    );
    await comeBack(stage);
    const { length } = stage.net.last.only('query');
    assert.deepEqual([length, said(stage, 'received'), said(stage, 'read')], [0, [], []]);
    stage.net.last.say(aDelivery(2, { conversation: TALKS[0]! }));
    await stage.time.settle();
    await comeBack(stage);
    assert.deepEqual(said(stage, 'received'), [`${TALKS[0]} 2`], 'a few need no question');
    assert.equal(stage.net.last.only('query').length, 0);
  });

  it('takes for proof only what covers what it has by now', async () => {
    const stage = await anOnlineClient(FEW);
    await readAll(stage);
    await comeBack(stage);
    stage.net.last.say(aDelivery(2, { conversation: TALKS[0]! }));
    await stage.time.settle();
    assert.deepEqual(said(stage, 'received'), [`${TALKS[0]} 2`], 'news waits for no answer');
    await answer(
      stage,
      TALKS.map((conversation) => line(conversation, 1, 1)),
    );
    await comeBack(stage);
    assert.deepEqual(said(stage, 'received'), [`${TALKS[0]} 2`]);
  });

  it('repeats everything if it gets no answer', async () => {
    for (const refused of [true, false]) {
      const stage = await anOnlineClient(FEW);
      await readAll(stage);
      await comeBack(stage);
      const { query } = stage.net.last.only('query')[0]!;
      if (refused) {
        stage.net.last.say({ type: 'result', query, what: 'history', item: [], code: 'not-ready' });
      }
      await stage.time.pass(refused ? 10 : 30_500);
      assert.deepEqual(
        said(stage, 'received'),
        TALKS.map((talk) => `${talk} 1`),
      );
      assert.deepEqual(
        said(stage, 'read'),
        TALKS.map((talk) => `${talk} 1`),
      );
    }
  });

  it('asks on the next connection where it was cut off before the last page', async () => {
    const stage = await anOnlineClient(FEW);
    await readAll(stage);
    await comeBack(stage);
    await answer(stage, [line(TALKS[0]!, 1, 1)], 1);
    await comeBack(stage);
    const [again, ...more] = stage.net.last.only('query');
    assert.deepEqual([again?.from, more.length], [TALKS[0], 0], 'and only once');
    await answer(stage, [line(TALKS[1]!, 1, 1), line(TALKS[2]!, 0, 0)]);
    assert.deepEqual(said(stage, 'received'), [`${TALKS[2]} 1`]);
  });

  it('takes nothing of one log for proof of another', async () => {
    const stage = await anOnlineClient(FEW);
    await readAll(stage);
    await comeBack(stage);
    await answer(
      stage,
      TALKS.map((conversation) => line(conversation, 9, 9)),
      1,
    );
    stage.net.last.cut();
    await stage.time.pass(1_000);
    await stage.goOnline({ log: OTHER_LOG });
    stage.net.last.say(aDelivery(1, { conversation: TALKS[0]! }));
    await stage.time.settle();
    await answer(stage, []);
    stage.net.last.cut();
    await stage.time.pass(1_000);
    await stage.goOnline({ log: OTHER_LOG });
    assert.deepEqual(said(stage, 'received'), [`${TALKS[0]} 1`]);
  });

  it('trusts nothing that an earlier process of it had told', async () => {
    const outbox = memoryOutbox();
    const first = await anOnlineClient({ ...FEW, outbox });
    await readAll(first);
    await first.im.close();
    const second = aClient({ outbox, limits: { marksRepeated: 64 } }, first.time);
    await second.goOnline();
    assert.deepEqual(
      said(second, 'received'),
      TALKS.map((talk) => `${talk} 1`),
    );
    assert.deepEqual(
      said(second, 'read'),
      TALKS.map((talk) => `${talk} 1`),
    );
  });
});
