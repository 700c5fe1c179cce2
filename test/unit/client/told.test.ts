import assert from 'node:assert/strict';
import { aClient, anOnlineClient } from './a-client.ts';

describe('the client, told by others', () => {
  it('resolves received and read when the first other member is there', async () => {
    const { im, net, time } = await anOnlineClient();
    const handle = im.send('bob', 'hi');
    const reached: string[] = [];
    void handle.received.then(() => reached.push('received'));
    void handle.read.then(() => reached.push('read'));
    await time.settle();
    net.last.accept(net.last.commands[0]!, { position: 4 });
    const receipt = { type: 'receipt', conversation: 'd/ann/bob' } as const;
    net.last.say({ ...receipt, user: 'ann', received: 9, read: 9 });
    net.last.say({ ...receipt, user: 'bob', received: 3, read: 3 });
    await time.settle();
    assert.deepEqual(reached, []);
    net.last.say({ ...receipt, user: 'bob', received: 4, read: 0 });
    await time.settle();
    assert.deepEqual(reached, ['received']);
    net.last.say({ ...receipt, user: 'bob', received: 4, read: 5 });
    await time.settle();
    assert.deepEqual(reached, ['received', 'read']);
  });

  it('asks for the marks it may have missed while it was away', async () => {
    const { im, net, time, goOnline } = await anOnlineClient();
    const handle = im.send('bob', 'hi');
    await time.settle();
    net.last.accept(net.last.commands[0]!, { position: 4 });
    let reached = false;
    void handle.received.then(() => {
      reached = true;
    });
    const receipts: unknown[] = [];
    im.on('receipt', (receipt) => void receipts.push(receipt));
    await time.settle();
    net.last.cut();
    await time.pass(1_000);
    await goOnline();
    const { query, what } = net.last.only('query')[0]!;
    assert.equal(what, 'members');
    const bob = { user: 'bob', role: 'member', joined: 1, received: 4, read: 0 };
    const ann = { ...bob, user: 'ann', received: 9 };
    net.last.say({ type: 'result', query, what: 'members', item: [ann, bob] });
    await time.settle();
    assert.equal(reached, true);
    const expected = [{ conversation: 'd/ann/bob', user: 'bob', received: 4, read: 0 }];
    assert.deepEqual(receipts, expected, 'as if it had been told in time');
  });

  it('passes on presence, signals and ordering', async () => {
    const { im, net, time } = await anOnlineClient();
    const seen: unknown[] = [];
    im.on('presence', (value) => void seen.push(value));
    im.on('signal', (value) => void seen.push(value));
    im.on('ordering', (value) => void seen.push(value));
    const ordering = [{ strategy: 'x', holdMs: 1, maxHoldMs: 2 }];
    net.last.say(
      { type: 'presence', user: 'bob', state: 'online', since: 5 },
      { type: 'signal', conversation: 'd/ann/bob', kind: 'typing', from: 'bob' },
      { type: 'ordering', ordering },
    );
    await time.settle();
    assert.deepEqual(seen, [
      { user: 'bob', state: 'online', since: 5 },
      { conversation: 'd/ann/bob', kind: 'typing', from: 'bob' },
      ordering,
    ]);
  });

  it('sends signals at once or drops them', async () => {
    const { im, net, time } = aClient();
    assert.equal(im.signal('d/ann/bob', 'typing'), false);
    await time.settle();
    net.last.welcome();
    assert.equal(im.signal('d/ann/bob', 'typing'), true);
    await time.settle();
    assert.equal(net.last.only('signal').length, 1);
    net.last.bufferedBytes = 1 << 20;
    assert.equal(im.signal('d/ann/bob', 'typing'), false);
    assert.equal(im.counts.signalsDropped, 2);
  });

  it('gathers a list from all its pages', async () => {
    const { im, net, time } = await anOnlineClient();
    const list = im.friends.list();
    await time.settle();
    const [first] = net.last.only('query');
    const item = [{ user: 'bob', state: 'friend' }];
    net.last.say({ type: 'result', query: first!.query, what: 'friends', item, more: 1 });
    await time.settle();
    const second = net.last.only('query')[1]!;
    assert.equal(second.from, 'bob');
    const rest = [{ user: 'cat', state: 'asked' }];
    net.last.say({ type: 'result', query: second.query, what: 'friends', item: rest });
    assert.deepEqual(await list, [...item, ...rest]);
  });

  it('rejects a question with the code that refused it, or when no answer comes in time', async () => {
    const { im, net, time } = await anOnlineClient();
    const refused = im.history('g/secret');
    const late = im.members('g/tea');
    const outcomes = Promise.all([
      assert.rejects(refused, { name: 'RefusedError', code: 'not-found' }),
      assert.rejects(late, { name: 'ClientError', code: 'timeout' }),
    ]);
    await time.settle();
    const { query } = net.last.only('query')[0]!;
    net.last.say({ type: 'result', query, what: 'history', item: [], code: 'not-found' });
    await time.pass(31_000);
    await outcomes;
  });

  it('refuses a number that no frame can hold, and keeps its connection', async () => {
    const { im, net, time, errors, goOnline } = await anOnlineClient();
    for (const [talk, position] of [
      ['d/ann/bob', Number.NaN],
      ['d/ann/bob', -1],
      ['d/ann/bob', 1.5],
      ['d/ann/bob', 2 ** 48],
      ['no name', 1],
    ] as const) {
      assert.throws(() => im.read(talk, position), RangeError);
    }
    assert.throws(() => im.act('g/tea', 'group.create', { open: 1.5 }), RangeError);
    await assert.rejects(im.history('g/tea', { limit: -1 }), RangeError);
    net.last.cut();
    await time.settle();
    const early = assert.rejects(im.history('g/tea', { after: 0.5 }), RangeError);
    await time.pass(1_000);
    await goOnline();
    await early;
    assert.deepEqual([im.state, errors, net.last.only('query')], ['online', [], []]);
  });

  it('reports a handler of plain events that fails, and goes on', async () => {
    const { im, net, time, errors } = await anOnlineClient();
    im.on('presence', () => {
      throw new Error('oops');
    });
    net.last.say({ type: 'presence', user: 'bob', state: 'online', since: 5 });
    await time.settle();
    assert.deepEqual([errors[0]?.code, im.state], ['handler', 'online']);
  });
});
