import assert from 'node:assert/strict';
import { aClient, anOnlineClient } from './a-client.ts';
import type { FakeNet } from './fake-world.ts';

function visited({ links }: FakeNet): string[] {
  return links.map(({ address }) => address);
}

/** After six failures: how long until the client connects again, when its server ends so. */
async function waited(works: boolean, ends: 'moved' | 'cut', onlineMs: number): Promise<number> {
  const stage = aClient();
  const { net, time, im } = stage;
  await time.settle();
  for (let failures = 0; failures < 6; failures += 1) {
    const count = net.links.length;
    net.last.cut();
    while (net.links.length === count) await time.pass(50);
  }
  await stage.goOnline();
  im.send('bob', 'hello');
  await time.settle();
  if (works) net.last.accept(net.last.commands[0]!);
  await time.pass(onlineMs);
  const [count, fromMs] = [net.links.length, time.monotonic()];
  if (ends === 'moved') net.last.say({ type: 'moved' });
  else net.last.cut();
  while (net.links.length === count) await time.pass(50);
  return time.monotonic() - fromMs;
}

describe('the client, sent on by MOVED', () => {
  it('goes where it is sent, after the wait and a random part of the spread', async () => {
    const stage = await anOnlineClient();
    const { im, net, time, states } = stage;
    im.send('bob', '1');
    await time.settle();
    const old = net.last;
    old.say({ type: 'moved', address: ['tcp://two:2'], retryAfterMs: 1_000, spreadMs: 2_000 });
    im.send('g/tea', '2');
    await time.pass(1_900);
    assert.equal(old.commands.length, 1, 'a server that moves its clients takes nothing new');
    old.accept(old.commands[0]!);
    assert.equal(im.unanswered.length, 1, 'it still answers what it owes');
    assert.equal(net.links.length, 1);
    await time.pass(200);
    assert.deepEqual([net.last.address, old.closedByClient], ['tcp://two:2', true]);
    await stage.goOnline({ node: 'im-2' });
    assert.deepEqual(
      states.slice(2).map(({ state, reason, node }) => [state, reason, node]),
      [
        ['offline', 'moved', undefined],
        ['connecting', undefined, undefined],
        ['online', undefined, 'im-2'],
      ],
    );
    assert.deepEqual(net.last.numbers, [1], 'what it took nothing of is sent there');
  });

  it('stays for the answers that are owed, until they are there', async () => {
    const { im, net, time } = await anOnlineClient();
    const handle = im.send('bob', '1');
    await time.settle();
    const old = net.last;
    old.say({ type: 'moved', address: ['tcp://two:2'] });
    await time.pass(1_000);
    assert.deepEqual([net.links.length, handle.state], [1, 'pending']);
    old.accept(old.commands[0]!);
    await time.pass(0);
    assert.deepEqual([handle.state, visited(net).at(-1)], ['accepted', 'tcp://two:2']);
    assert.equal(im.counts.resent, 0);
  });

  it('stays no longer than two seconds, nor beyond the end of the connection', async () => {
    for (const ends of [true, false]) {
      const { im, net, time, goOnline } = await anOnlineClient();
      im.send('bob', '1');
      await time.settle();
      net.last.say({ type: 'moved', address: ['tcp://two:2'] });
      await time.pass(1_900);
      if (ends) net.last.cut();
      await time.pass(ends ? 0 : 200);
      assert.equal(net.last.address, 'tcp://two:2');
      await goOnline();
      assert.deepEqual([net.last.numbers, net.last.commands[0]?.attempt], [[1], 2]);
    }
  });

  it('waits as it was told if the server closes before', async () => {
    const { net, time } = await anOnlineClient();
    net.last.say({ type: 'moved', address: ['tcp://two:2'], retryAfterMs: 3_000 });
    net.last.cut();
    await time.pass(2_900);
    assert.equal(net.links.length, 1);
    await time.pass(200);
    assert.equal(net.last.address, 'tcp://two:2');
  });

  it('goes where a server sends it that does not welcome it', async () => {
    const stage = aClient({ address: ['tcp://backup:1', 'tcp://other:2'] });
    await stage.time.settle();
    stage.net.last.say({ type: 'moved', address: ['tcp://active:1'] });
    await stage.time.pass(0);
    await stage.goOnline();
    assert.deepEqual([visited(stage.net).at(-1), stage.im.state], ['tcp://active:1', 'online']);
  });

  it('is never sent from TLS to plain, by whatever server of its own list', async () => {
    for (const address of ['tls://one:1', 'WSS://one:1/im']) {
      const { net, time, goOnline } = aClient({ address });
      await goOnline();
      net.last.say({ type: 'moved', address: ['tcp://two:2', 'ws://two:3', 'tls2://two:4'] });
      await time.pass(1_000);
      assert.deepEqual(visited(net), [address, address]);
      net.last.say({ type: 'moved', address: ['tcp://two:2', 'wss://two:3'] });
      await time.pass(1_000);
      assert.equal(net.last.address, 'wss://two:3');
    }
  });

  it('goes only where its connector can, and stays with the scheme that has worked', async () => {
    const { net, time } = await anOnlineClient({ address: 'ws://one:1' });
    const offered = ['ftp://two:2', 'tcp://two:3', 'nonsense', 'tcp://e\u001b[2J:4', 'ws://two:5'];
    net.last.say({ type: 'moved', address: offered });
    await time.pass(0);
    assert.equal(net.last.address, 'ws://two:5');

    const webOnly = aClient({ address: 'ws://one:1' });
    Object.assign(webOnly.net.connector, { schemes: ['ws:', 'wss:'] });
    const page = aClient({ address: 'ws://one:1', connector: webOnly.net.connector });
    await page.time.settle();
    webOnly.net.last.say({ type: 'moved', address: ['tcp://two:3'] });
    await page.time.pass(1_000);
    assert.equal(webOnly.net.last.address, 'ws://one:1');
  });

  it('asks its own list again after three in a row, with ever longer waits', async () => {
    const stage = aClient({ address: ['tcp://a:1', 'tcp://b:2'] });
    const { net, time, im } = stage;
    const atMs: number[] = [];
    await time.settle();
    // Each says that the other one is it.
    while (time.monotonic() < 300_000) {
      const other = net.last.address === 'tcp://a:1' ? 'tcp://b:2' : 'tcp://a:1';
      const count = net.links.length;
      net.last.say({ type: 'moved', address: [other] });
      while (net.links.length === count) await time.pass(50);
      atMs.push(time.monotonic());
    }
    const inFirstSecond = atMs.filter((ms) => ms < 1_000).length;
    const inLastMinute = atMs.filter((ms) => ms > 240_000).length;
    assert.ok(inFirstSecond <= 9, `${inFirstSecond} connections in the first second`);
    assert.ok(inLastMinute <= 15, `${inLastMinute} connections in a minute`);
    assert.equal(im.counts.moved, atMs.length);
  });

  it('waits but shortly where a server that has worked sends it nowhere', async () => {
    assert.ok((await waited(true, 'moved', 1_000)) <= 500);
    // What dies, works for nobody, or sends everybody on at once, may be what fails.
    assert.ok((await waited(true, 'cut', 1_000)) > 5_000);
    assert.ok((await waited(false, 'moved', 1_000)) > 5_000);
    assert.ok((await waited(true, 'moved', 900)) > 5_000);
  });

  it('slows down as well where two servers welcome it and send it to each other', async () => {
    const stage = aClient({ address: ['tcp://a:1', 'tcp://b:2'] });
    const { net, time } = stage;
    await time.settle();
    while (time.monotonic() < 300_000) {
      const count = net.links.length;
      net.last.welcome();
      net.last.say({ type: 'moved', address: ['tcp://a:1', 'tcp://b:2'] });
      while (net.links.length === count) await time.pass(50);
    }
    assert.ok(net.links.length < 120, `${net.links.length} connections in five minutes`);
  });

  it('does as it is told at once where the connection before has held', async () => {
    const stage = await anOnlineClient({ address: 'tcp://a:1' });
    for (let n = 1; n <= 6; n += 1) {
      await stage.time.pass(1_000);
      stage.net.last.say({ type: 'moved', address: [`tcp://a:${n}`] });
      await stage.time.pass(0);
      assert.equal(stage.net.last.address, `tcp://a:${n}`);
      await stage.goOnline();
    }
  });

  it('asks with jitter where it is given no address, and waits as it is told besides', async () => {
    const { net, time } = await anOnlineClient({ address: ['tcp://a:1', 'tcp://b:2'] });
    net.last.say({ type: 'moved', retryAfterMs: 1_000, spreadMs: 1_000 });
    await time.pass(1_700);
    assert.equal(net.links.length, 1);
    await time.pass(100);
    assert.equal(net.last.address, 'tcp://b:2');
  });

  it('takes the first MOVED of a connection only, and no wait without an end', async () => {
    const { net, time } = await anOnlineClient();
    const years = 2 ** 47;
    net.last.say({ type: 'moved', address: ['tcp://two:2'], retryAfterMs: years, spreadMs: years });
    await time.pass(100_000);
    net.last.say({ type: 'moved', address: ['tcp://three:3'], retryAfterMs: years });
    await time.pass(350_000);
    assert.equal(net.last.address, 'tcp://two:2');
  });

  it('does not come back after session-replaced, though it was sent on', async () => {
    const { im, net, time } = await anOnlineClient();
    net.last.say({ type: 'moved', address: ['tcp://two:2'], retryAfterMs: 1_000 });
    net.last.say({ type: 'error', code: 'session-replaced' });
    await time.pass(120_000);
    assert.deepEqual([im.state, net.links.length, time.timers], ['closed', 1, 0]);
  });

  it('leaves no timer behind if it is closed on its way', async () => {
    const { im, net, time } = await anOnlineClient();
    im.send('bob', '1');
    await time.settle();
    net.last.say({ type: 'moved', address: ['tcp://two:2'] });
    await time.pass(100);
    await im.close();
    assert.deepEqual([time.timers, im.state], [0, 'closed']);
  });
});
