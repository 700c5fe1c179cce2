import assert from 'node:assert/strict';
import type { Query } from '../../../core/wire/frames.ts';
import { anOnlineClient } from './a-client.ts';
import { aDelivery } from './fake-world.ts';
import { listening, received } from './listening.ts';

describe('the client, where deliveries are missing', () => {
  it('reads what is missing from the history before it shows what came after it', async () => {
    const stage = await anOnlineClient();
    const texts = listening(stage);
    stage.net.last.say(aDelivery(1));
    await stage.time.settle();
    stage.net.last.say(aDelivery(6, { previous: 4 }), aDelivery(7));
    await stage.time.settle();
    const [question] = stage.net.last.only('query');
    assert.deepEqual(
      [question?.what, question?.conversation, question?.after, question?.before],
      ['history', 'd/ann/bob', 1, 6],
    );
    assert.deepEqual(texts, ['message 1']);
    const { query } = question!;
    const own = aDelivery(3, { from: 'ann', device: 'd1' });
    stage.net.last.say({
      type: 'result',
      query,
      what: 'history',
      item: [aDelivery(2), own],
      more: 1,
    });
    await stage.time.settle();
    const next = stage.net.last.only('query')[1] as Query;
    assert.equal(next.after, 3);
    stage.net.last.say({
      type: 'result',
      query: next.query,
      what: 'history',
      item: [aDelivery(4)],
    });
    await stage.time.settle();
    assert.deepEqual(
      texts,
      [1, 2, 4, 6, 7].map((n) => `message ${n}`),
    );
    assert.equal(received(stage).at(-1), 'd/ann/bob 7');
  });

  it('asks what was received, where it remembers nothing and something was before', async () => {
    const stage = await anOnlineClient();
    const texts = listening(stage);
    stage.net.last.say(aDelivery(9, { previous: 8 }), aDelivery(4, { conversation: 'g/tea' }));
    await stage.time.settle();
    const questions = stage.net.last.only('query');
    assert.deepEqual(
      questions.map(({ what, from, limit }) => [what, from, limit]),
      [
        ['conversations', 'd/ann/boa~', 1],
        ['conversations', 'g/te`~', 1],
      ],
    );
    const marks = { last: 9, read: 0 };
    for (const [index, [conversation, received]] of [
      ['d/ann/bob', 8] as const,
      ['g/teapot', 1] as const,
    ].entries()) {
      const item = [{ conversation, received, ...marks }];
      const { query } = questions[index]!;
      stage.net.last.say({ type: 'result', query, what: 'conversations', item });
    }
    await stage.time.settle();
    assert.deepEqual(texts, ['message 9', 'message 4'], 'nothing of it is missing');
    assert.equal(stage.im.counts.gaps, 0);
  });

  it('pulls what was not received, where it remembers nothing', async () => {
    const stage = await anOnlineClient();
    const texts = listening(stage);
    stage.net.last.say(aDelivery(3));
    await stage.time.settle();
    const [asked] = stage.net.last.only('query');
    const line = { conversation: 'd/ann/bob', last: 3, received: 1, read: 0 };
    const { query } = asked!;
    stage.net.last.say({ type: 'result', query, what: 'conversations', item: [line] });
    await stage.time.settle();
    const history = stage.net.last.only('query')[1]!;
    assert.deepEqual([history.what, history.after, history.before], ['history', 1, 3]);
    const item = [aDelivery(2)];
    stage.net.last.say({ type: 'result', query: history.query, what: 'history', item });
    await stage.time.settle();
    assert.deepEqual(texts, ['message 2', 'message 3']);
    assert.deepEqual([stage.im.counts.gaps, stage.im.counts.pulled], [1, 1]);
  });

  it('begins with what came, where the server refuses to say what was received', async () => {
    const stage = await anOnlineClient();
    const texts = listening(stage);
    stage.net.last.say(aDelivery(3));
    await stage.time.settle();
    const { query } = stage.net.last.only('query')[0]!;
    stage.net.last.say({ type: 'result', query, what: 'conversations', item: [], code: 'invalid' });
    await stage.time.settle();
    assert.deepEqual(texts, ['message 3']);
    assert.equal(stage.errors[0]?.code, 'gap');
  });

  it('goes on after a gap that the server refuses to fill', async () => {
    const stage = await anOnlineClient();
    const texts = listening(stage);
    stage.net.last.say(aDelivery(1));
    await stage.time.settle();
    stage.net.last.say(aDelivery(6, { previous: 4 }));
    await stage.time.settle();
    const { query } = stage.net.last.only('query')[0]!;
    stage.net.last.say({ type: 'result', query, what: 'history', item: [], code: 'not-member' });
    await stage.time.settle();
    assert.deepEqual(texts, ['message 1', 'message 6']);
    assert.equal(stage.errors[0]?.code, 'gap');
  });

  it('leaves to the server what is behind a gap that cannot be filled just now', async () => {
    const stage = await anOnlineClient();
    const texts = listening(stage);
    stage.net.last.say(aDelivery(1), aDelivery(3));
    await stage.time.settle();
    const { query } = stage.net.last.only('query')[0]!;
    stage.net.last.say({ type: 'result', query, what: 'history', item: [], code: 'not-ready' });
    await stage.time.settle();
    assert.deepEqual([texts, received(stage).at(-1)], [['message 1'], 'd/ann/bob 1']);
    stage.net.last.say(aDelivery(2, { again: 1 }), aDelivery(3, { again: 1 }));
    await stage.time.settle();
    assert.deepEqual(texts, ['message 1', 'message 2', 'message 3']);
  });

  it('asks again after a reconnection for what it was about to read', async () => {
    const stage = await anOnlineClient();
    const texts = listening(stage);
    stage.net.last.say(aDelivery(1));
    await stage.time.settle();
    stage.net.last.say(aDelivery(3));
    await stage.time.settle();
    stage.net.last.cut();
    await stage.time.pass(1_000);
    await stage.goOnline();
    const { query } = stage.net.last.only('query')[0]!;
    stage.net.last.say({ type: 'result', query, what: 'history', item: [aDelivery(2)] });
    await stage.time.settle();
    assert.deepEqual(texts, ['message 1', 'message 2', 'message 3']);
  });
});
