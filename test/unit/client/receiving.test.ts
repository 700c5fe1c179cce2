import assert from 'node:assert/strict';
import type { Message } from '../../../client/events.ts';
import { memoryOutbox } from '../../../client/outbox.ts';
import { aClient, anOnlineClient, type Stage } from './a-client.ts';
import { aDelivery, OTHER_LOG } from './fake-world.ts';
import { listening, received } from './listening.ts';

/** A handler whose calls a test ends one by one. */
function slowHandler(stage: Stage) {
  const texts: string[] = [];
  const open = new Map<string, PromiseWithResolvers<void>>();
  stage.im.on('message', async ({ text = '' }: Message) => {
    texts.push(text);
    const done = Promise.withResolvers<void>();
    open.set(text, done);
    await done.promise;
  });
  const end = async (text: string, error?: Error): Promise<void> => {
    if (error === undefined) open.get(text)?.resolve();
    else open.get(text)?.reject(error);
    await stage.time.settle();
  };
  return { texts, end };
}

describe('the client, receiving', () => {
  it('acknowledges a message when its handler is done, and not before', async () => {
    const stage = await anOnlineClient();
    const { texts, end } = slowHandler(stage);
    stage.net.last.say(aDelivery(1));
    await stage.time.settle();
    assert.deepEqual([texts, received(stage)], [['message 1'], []]);
    await end('message 1');
    assert.deepEqual(received(stage), ['d/ann/bob 1']);
  });

  it('shows one conversation in order, while a slow handler holds up no other', async () => {
    const stage = await anOnlineClient();
    const { texts, end } = slowHandler(stage);
    const tea = { conversation: 'g/tea', body: new TextEncoder().encode('tea 1') };
    stage.net.last.say(aDelivery(1), aDelivery(2), aDelivery(1, tea));
    await stage.time.settle();
    assert.deepEqual(texts, ['message 1', 'tea 1']);
    await end('tea 1');
    assert.deepEqual(received(stage), ['g/tea 1']);
    stage.net.last.say({ type: 'ping', id: 77 });
    await stage.time.settle();
    assert.equal(stage.net.last.only('pong')[0]?.id, 77, 'the connection lives on');
    await end('message 1');
    assert.deepEqual(texts, ['message 1', 'tea 1', 'message 2']);
  });

  it('gathers acknowledgements: one frame, the newest position of each conversation', async () => {
    const stage = await anOnlineClient();
    listening(stage);
    stage.net.last.say(
      ...[1, 2, 3].map((n) => aDelivery(n)),
      aDelivery(1, { conversation: 'g/tea' }),
    );
    await stage.time.settle();
    assert.deepEqual(received(stage), ['d/ann/bob 3', 'g/tea 1']);
    assert.equal(stage.net.last.only('received').length, 1);
  });

  it('shows a repeated delivery once, and acknowledges it again', async () => {
    const stage = await anOnlineClient();
    const texts = listening(stage);
    stage.net.last.say(aDelivery(1));
    await stage.time.settle();
    stage.net.last.say(aDelivery(1, { again: 1 }));
    await stage.time.settle();
    assert.deepEqual([texts, received(stage)], [['message 1'], ['d/ann/bob 1', 'd/ann/bob 1']]);
  });

  it('keeps messages until somebody listens for them', async () => {
    const stage = await anOnlineClient();
    stage.net.last.say(aDelivery(1));
    await stage.time.settle();
    assert.deepEqual(received(stage), []);
    const texts = listening(stage);
    await stage.time.settle();
    assert.deepEqual([texts, received(stage)], [['message 1'], ['d/ann/bob 1']]);
  });

  it('calls a handler that failed again, acknowledges nothing before, and skips nothing', async () => {
    const stage = await anOnlineClient();
    const { texts, end } = slowHandler(stage);
    stage.net.last.say(aDelivery(1), aDelivery(2));
    await stage.time.settle();
    await end('message 1', new Error('disk full'));
    assert.equal(stage.errors[0]?.code, 'handler');
    assert.deepEqual([texts, received(stage)], [['message 1'], []]);
    await stage.time.pass(500);
    assert.deepEqual(texts, ['message 1', 'message 1']);
    await end('message 1');
    await end('message 2');
    assert.deepEqual(texts, ['message 1', 'message 1', 'message 2']);
    assert.deepEqual(received(stage).at(-1), 'd/ann/bob 2');
  });

  it('keeps a message for the next handler, if the one that failed at it is gone', async () => {
    const stage = await anOnlineClient();
    const off = stage.im.on('message', () => Promise.reject(new Error('disk full')));
    stage.net.last.say(aDelivery(1));
    await stage.time.settle();
    off();
    await stage.time.pass(500);
    assert.deepEqual(received(stage), []);
    listening(stage);
    await stage.time.settle();
    assert.deepEqual(received(stage), ['d/ann/bob 1']);
  });

  it('says its newest RECEIVED and READ again after a reconnection', async () => {
    const stage = await anOnlineClient();
    listening(stage);
    stage.net.last.say(aDelivery(1), aDelivery(2));
    await stage.time.settle();
    stage.im.read('d/ann/bob', 1);
    await stage.time.settle();
    stage.net.last.cut();
    await stage.time.pass(1_000);
    await stage.goOnline();
    assert.deepEqual(received(stage), ['d/ann/bob 2']);
    assert.deepEqual(stage.net.last.only('read')[0]?.upTo, [
      { conversation: 'd/ann/bob', position: 1 },
    ]);
  });

  it('holds a READ back while what it covers is not handled, since READ implies RECEIVED', async () => {
    const stage = await anOnlineClient();
    const { end } = slowHandler(stage);
    stage.net.last.say(aDelivery(1), aDelivery(2));
    await stage.time.settle();
    stage.im.read('d/ann/bob', 2);
    await stage.time.settle();
    assert.deepEqual(stage.net.last.only('read'), []);
    await end('message 1');
    await end('message 2');
    const marks = stage.net.last.only('read').map(({ upTo }) => upTo?.[0]?.position);
    assert.deepEqual(marks, [1, 2]);
  });

  it('shows nothing twice to the next process that uses its outbox', async () => {
    const outbox = memoryOutbox();
    const first = await anOnlineClient({ outbox });
    listening(first);
    first.net.last.say(aDelivery(1), aDelivery(2));
    await first.time.settle();
    await first.im.close();
    const second = aClient({ outbox });
    const texts = listening(second);
    await second.goOnline();
    assert.deepEqual(received(second), ['d/ann/bob 2']);
    second.net.last.say(aDelivery(2, { again: 1 }), aDelivery(3));
    await second.time.settle();
    assert.deepEqual(texts, ['message 3']);
  });

  it('begins positions anew with another log, and still shows what was waiting', async () => {
    const stage = await anOnlineClient();
    const { texts, end } = slowHandler(stage);
    stage.net.last.say(aDelivery(1), aDelivery(2));
    await stage.time.settle();
    stage.net.last.cut();
    await stage.time.pass(1_000);
    await stage.goOnline({ log: OTHER_LOG });
    const anew = { body: new TextEncoder().encode('anew 1') };
    stage.net.last.say(aDelivery(1, anew));
    await end('message 1');
    await end('message 2');
    assert.deepEqual(texts, ['message 1', 'message 2', 'anew 1']);
    assert.deepEqual(received(stage), []);
    await end('anew 1');
    assert.deepEqual(received(stage), ['d/ann/bob 1']);
  });

  it('tells changes of groups and retired entries as acts, in their place in the conversation', async () => {
    const stage = await anOnlineClient();
    const seen: string[] = [];
    stage.im.on('message', ({ position, text }) => void seen.push(`${position} ${text}`));
    stage.im.on('act', ({ position, action, users }) => {
      seen.push(`${position} ${action} ${users.join()}`);
    });
    const add = { kind: 'group.add', user: ['cat'] };
    stage.net.last.say(aDelivery(1), aDelivery(2, add), aDelivery(3, { kind: 'expired' }));
    await stage.time.settle();
    assert.deepEqual(seen, ['1 message 1', '2 group.add cat', '3 expired ']);
    assert.equal(received(stage).at(-1), 'd/ann/bob 3');
  });

  it('gives bodies that are no text as bytes alone', async () => {
    const stage = await anOnlineClient();
    const messages: Message[] = [];
    stage.im.on('message', (message) => void messages.push(message));
    stage.net.last.say(
      aDelivery(1, { mediaType: 'application/x', body: Uint8Array.of(0xff, 0) }),
      aDelivery(2, { mediaType: 'TEXT/markdown' }),
    );
    await stage.time.settle();
    assert.deepEqual(
      messages.map(({ mediaType, text, body }) => [mediaType, text, body.length]),
      [
        ['application/x', undefined, 2],
        ['TEXT/markdown', 'message 2', 9],
      ],
    );
  });
});
