import assert from 'node:assert/strict';
import { aClient, anOnlineClient } from './a-client.ts';
import { OTHER_LOG } from './fake-world.ts';

const TEXT = new TextDecoder();

describe('the client, sending', () => {
  it('says HELLO first, with its token, its device and what is pending', async () => {
    const { im, net, time } = aClient({ user: 'ann', agent: 'test/1' });
    im.send('bob', 'hi');
    await time.settle();
    const { version, token, device, agent, pending } = net.last.hello;
    assert.deepEqual([version, token, device, agent], [1, 't', 'd1', 'test/1']);
    assert.deepEqual(pending, ['d/ann/bob']);
    assert.equal(net.last.heard.length, 1);
  });

  it('numbers the commands of each conversation upwards from 1', async () => {
    const { im, net, time } = await anOnlineClient();
    im.send('bob', 'one');
    im.send('g/tea', 'two');
    await time.settle();
    for (const command of net.last.commands) net.last.accept(command);
    im.send('bob', 'three');
    await time.settle();
    const sent = net.last.commands.map(({ conversation, number }) => `${conversation} ${number}`);
    assert.deepEqual(sent, ['d/ann/bob 1', 'g/tea 1', 'd/ann/bob 2']);
  });

  it('holds a message to a user until the first WELCOME tells its own name', async () => {
    const { im, net, goOnline } = aClient();
    const handle = im.send('bob', 'hi');
    assert.deepEqual(
      [handle.conversation, handle.number, handle.state],
      [undefined, undefined, 'pending'],
    );
    await goOnline();
    assert.deepEqual([handle.conversation, handle.number], ['d/ann/bob', 1]);
    const [command] = net.last.only('send');
    assert.equal(TEXT.decode(command!.body), 'hi');
  });

  it('tells of the acceptance what the server told', async () => {
    const { im, net, time } = await anOnlineClient();
    const handle = im.send('bob', 'hi');
    await time.settle();
    net.last.accept(net.last.commands[0]!, { position: 7, order: 9, duplicate: 1 });
    assert.deepEqual(await handle.accepted, {
      position: 7,
      order: 9,
      acceptedAt: 1_795_404_000_001,
      durability: 'disk',
      duplicate: true,
    });
    assert.equal(handle.state, 'accepted');
    assert.deepEqual(im.unanswered, []);
  });

  it('rejects only by a refusal, with its code and detail', async () => {
    const { im, net, time } = await anOnlineClient();
    const handle = im.send('bob', 'hi');
    await time.settle();
    net.last.refuse(net.last.commands[0]!, 'forbidden', { detail: 'why' });
    await assert.rejects(handle.accepted, {
      name: 'RefusedError',
      code: 'forbidden',
      detail: 'why',
    });
    await assert.rejects(handle.received, { code: 'forbidden' });
    assert.equal(handle.state, 'refused');
  });

  it('counts an answer only if conversation, number and id all fit', async () => {
    const { im, net, time } = await anOnlineClient();
    const handle = im.send('bob', 'hi');
    await time.settle();
    const command = net.last.commands[0]!;
    net.last.accept({ ...command, number: 2 });
    net.last.accept({ ...command, conversation: 'g/tea' });
    net.last.accept({ ...command, id: OTHER_LOG });
    net.last.refuse({ ...command, id: OTHER_LOG }, 'forbidden');
    await time.settle();
    assert.equal(handle.state, 'pending');
  });

  it('keeps at most the window in flight, and first asks alone where its number is not sure', async () => {
    const { im, net, time } = await anOnlineClient({}, { window: 32 });
    for (let n = 1; n <= 40; n += 1) im.send('bob', String(n));
    await time.settle();
    assert.deepEqual(net.last.numbers, [1]);
    net.last.accept(net.last.commands[0]!);
    await time.settle();
    assert.equal(net.last.commands.length, 33);
    net.last.accept(net.last.commands[1]!);
    await time.settle();
    assert.equal(net.last.commands.length, 34);
    assert.deepEqual(
      net.last.numbers,
      Array.from({ length: 34 }, (_, n) => n + 1),
    );
  });

  it('sends everything unanswered again after a reconnection, same number and id, ascending', async () => {
    const { im, net, time, goOnline } = await anOnlineClient();
    for (const text of ['1', '2', '3']) im.send('bob', text);
    await time.settle();
    net.last.accept(net.last.commands[0]!);
    await time.settle();
    const before = net.last.commands.slice(1).map(({ number, id }) => ({ number, id }));
    net.last.cut();
    await time.pass(1_000);
    assert.deepEqual(net.last.hello.pending, ['d/ann/bob']);
    await goOnline({ known: [{ conversation: 'd/ann/bob', number: 1, id: OTHER_LOG }] });
    const after = net.last.commands.map(({ number, id }) => ({ number, id }));
    assert.deepEqual(after, before);
    assert.deepEqual(
      net.last.commands.map(({ attempt }) => attempt),
      [2, 2],
    );
  });

  it('learns the fate of what was accepted under way by the answer to the repeat', async () => {
    const { im, net, time, goOnline } = await anOnlineClient();
    const handle = im.send('bob', '1');
    await time.settle();
    const { number, id } = net.last.commands[0]!;
    net.last.cut();
    await time.pass(1_000);
    await goOnline({ known: [{ conversation: 'd/ann/bob', number, id }] });
    net.last.accept(net.last.commands[0]!, { position: 5, duplicate: 1 });
    assert.equal((await handle.accepted).position, 5);
  });

  it('gives new numbers to it and all later ones after conflict or stale, in the old order', async () => {
    const { im, net, time } = await anOnlineClient();
    for (const text of ['1', '2', '3']) im.send('bob', text);
    await time.settle();
    net.last.refuse(net.last.commands[0]!, 'conflict', { expected: 8 });
    await time.settle();
    const sent = net.last.only('send').map(({ number, body }) => `${number} ${TEXT.decode(body)}`);
    assert.deepEqual(sent, ['1 1', '8 1', '9 2', '10 3']);
  });

  it('goes on above the last number that the server knows, though it remembers nothing', async () => {
    const { im, net, goOnline } = aClient({ user: 'ann' });
    im.send('bob', '1');
    im.send('bob', '2');
    await goOnline({ known: [{ conversation: 'd/ann/bob', number: 4, id: OTHER_LOG }] });
    assert.deepEqual(net.last.numbers, [5, 6]);
  });

  it('sends the same number and id again when a passing refusal is over, and later ones wait', async () => {
    const { im, net, time } = await anOnlineClient();
    im.send('bob', '1');
    await time.settle();
    net.last.accept(net.last.commands[0]!);
    for (const text of ['2', '3', '4']) im.send('bob', text);
    await time.settle();
    const [, two, three, four] = net.last.commands;
    net.last.refuse(two!, 'busy', { retryAfterMs: 500 });
    net.last.refuse(three!, 'busy', { retryAfterMs: 500 });
    await time.pass(600);
    assert.equal(net.last.commands.length, 4, 'while one is in flight nothing may overtake');
    net.last.refuse(four!, 'busy', { retryAfterMs: 500 });
    await time.pass(499);
    assert.equal(net.last.commands.length, 4);
    await time.pass(1);
    const again = net.last.commands.slice(4).map(({ number, id }) => ({ number, id }));
    assert.deepEqual(
      again,
      [two, three, four].map((command) => ({ number: command!.number, id: command!.id })),
    );
  });

  it('gives every unanswered command a new number when the log is another one', async () => {
    const { im, net, time, goOnline } = await anOnlineClient();
    im.send('bob', '1');
    await time.settle();
    net.last.accept(net.last.commands[0]!);
    im.send('bob', '2');
    im.send('bob', '3');
    await time.settle();
    const ids = net.last.commands.slice(1).map(({ id }) => id);
    let told = '';
    im.on('log-changed', ({ log }) => {
      told = log;
    });
    net.last.cut();
    await time.pass(1_000);
    await goOnline({ log: OTHER_LOG });
    assert.equal(told, OTHER_LOG);
    assert.deepEqual(net.last.numbers, [1, 2]);
    assert.deepEqual(
      net.last.commands.map(({ id }) => id),
      ids,
    );
  });

  it('refuses by itself what is too long for a frame, and what no server could take', async () => {
    const { im, net, time } = await anOnlineClient({}, { maxFrame: 4_096 });
    const big = im.send('bob', 'x'.repeat(4_096));
    const bad = im.send('bob', 'lone \ud800 half');
    const nowhere = im.send('no such name', 'x');
    const good = im.send('bob', 'y');
    await time.settle();
    await assert.rejects(big.accepted, { code: 'too-large' });
    await assert.rejects(bad.accepted, { code: 'invalid' });
    await assert.rejects(nowhere.accepted, { code: 'invalid' });
    net.last.accept(net.last.commands[0]!);
    assert.equal((await good.accepted).position, 2);
  });

  it('leaves the outcome unknown when it is closed, which is no refusal', async () => {
    const { im, time } = await anOnlineClient();
    const handle = im.send('bob', '1');
    await time.settle();
    await im.close();
    assert.equal(handle.state, 'unknown');
    await assert.rejects(handle.accepted, { name: 'ClientError', code: 'closed' });
    assert.throws(() => im.send('bob', '2'), { code: 'closed' });
  });

  it('takes no more commands than its outbox may hold', async () => {
    const { im } = await anOnlineClient({ limits: { unanswered: 2 } });
    im.send('bob', '1');
    im.send('bob', '2');
    assert.throws(() => im.send('bob', '3'), { code: 'not-sent' });
  });

  it('sends acts of groups and friends with their fields', async () => {
    const { im, net, time } = await anOnlineClient();
    im.groups.create('tea', { members: ['bob', 'cat'], title: 'Tea', open: true });
    im.friends.request('bob');
    await time.settle();
    const acts = net.last.only('act').map(({ conversation, action, user, title, open }) => ({
      conversation,
      action,
      user,
      title,
      open,
    }));
    assert.deepEqual(acts, [
      {
        conversation: 'g/tea',
        action: 'group.create',
        user: ['bob', 'cat'],
        title: 'Tea',
        open: 1,
      },
      {
        conversation: 'd/ann/bob',
        action: 'friend.request',
        user: undefined,
        title: undefined,
        open: undefined,
      },
    ]);
  });
});
