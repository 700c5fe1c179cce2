import assert from 'node:assert/strict';
import { connect } from '../../../client/connect.ts';
import { aClient, anOnlineClient } from './a-client.ts';

describe('the client, connecting', () => {
  it('is ready at the first WELCOME, and says each state once', async () => {
    const { im, states, time, net } = await anOnlineClient();
    await im.ready;
    net.last.cut('gone');
    await time.pass(500);
    assert.deepEqual(
      states.map(({ state, reason, node }) => [state, reason, node]),
      [
        ['connecting', undefined, undefined],
        ['online', undefined, 'im-1'],
        ['offline', 'gone', undefined],
        ['connecting', undefined, undefined],
      ],
    );
  });

  it('comes back with full jitter, first within half a second, then ever later up to 30 s', async () => {
    const { net, time, chance } = aClient();
    chance.value = 0.999;
    await time.settle();
    const waits: number[] = [];
    for (let n = 0; n < 9; n += 1) {
      const count = net.links.length;
      net.last.cut();
      let waited = 0;
      while (net.links.length === count) {
        await time.pass(100);
        waited += 100;
      }
      waits.push(waited);
    }
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('makes its waits short again after a connection that held for a minute', async () => {
    const { net, time, goOnline } = aClient();
    await time.settle();
    for (let n = 0; n < 5; n += 1) {
      net.last.cut();
      await time.pass(250 * 2 ** n);
    }
    await goOnline();
    await time.pass(61_000);
    const count = net.links.length;
    net.last.cut();
    await time.pass(500);
    assert.equal(net.links.length, count + 1);
  });

  it('gives up a connection that does not open, or is not welcomed, and tries the next address', async () => {
    const { net, time } = aClient({ address: ['tcp://one:1', 'tcp://two:2'] });
    net.opens = false;
    await time.pass(10_300);
    assert.deepEqual(
      net.links.map(({ address }) => address),
      ['tcp://one:1', 'tcp://two:2'],
    );
    net.last.open();
    await time.pass(10_600);
    assert.deepEqual([net.links[1]!.closedByClient, net.links[2]?.address], [true, 'tcp://one:1']);
  });

  it('sends PING when it has been silent, and leaves a connection on which nothing comes', async () => {
    const { net, time } = await anOnlineClient();
    const link = net.last;
    await time.pass(20_000);
    assert.equal(link.only('ping').length, 1);
    await time.pass(29_000);
    assert.equal(link.closedByClient, false, 'its PONGs prove the connection');
    link.alive = false;
    await time.pass(51_000);
    assert.equal(link.closedByClient, true);
  });

  it('asks by PING, sends the oldest again with a doubling wait, then connects anew', async () => {
    const { im, net, time } = await anOnlineClient();
    im.send('bob', '1');
    await time.settle();
    const link = net.last;
    await time.pass(2_200);
    assert.deepEqual(
      link.heard.slice(2).map((frame) => [frame.type, 'attempt' in frame ? frame.attempt : 0]),
      [
        ['ping', 0],
        ['send', 2],
      ],
    );
    await time.pass(4_200);
    assert.equal(link.only('send').at(-1)?.attempt, 3);
    await time.pass(8_600);
    assert.equal(link.only('send').at(-1)?.attempt, 4);
    assert.equal(link.closedByClient, false);
    await time.pass(17_000);
    assert.equal(link.closedByClient, true);
    assert.equal(im.unanswered[0]?.state, 'pending', 'a time-out is no refusal');
  });

  it('leaves a server that does not answer for the next, and sends there what is not known', async () => {
    const address = ['tcp://one:1', 'tcp://two:2'];
    const { im, net, time, goOnline } = await anOnlineClient({ address });
    const [kept, lost] = [im.send('bob', '1'), im.send('bob', '2')];
    await time.settle();
    const { id, conversation } = net.last.commands[0]!;
    while (net.links.length === 1) await time.pass(1_000);
    assert.equal(net.last.address, 'tcp://two:2');
    assert.deepEqual([kept.state, lost.state], ['pending', 'pending']);
    await goOnline({ known: [{ conversation, number: 1, id }] });
    assert.deepEqual(net.last.numbers, [1, 2]);
    net.last.accept(net.last.commands[0]!, { duplicate: 1 });
    net.last.accept(net.last.commands[1]!);
    assert.equal((await kept.accepted).duplicate, true);
    await lost.accepted;
  });

  it('leaves a server that shows no sign of life sooner, but bears a slow network', async () => {
    const { im, net, time, goOnline } = await anOnlineClient({
      address: ['tcp://a:1', 'tcp://b:2'],
    });
    const handle = im.send('bob', '1');
    const waits: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      await time.settle();
      const [link, sentMs] = [net.last, time.monotonic()];
      link.alive = false;
      while (!link.closedByClient) await time.pass(100);
      waits.push(Math.round((time.monotonic() - sentMs) / 1_000));
      while (net.last === link) await time.pass(100);
      await goOnline();
    }
    assert.deepEqual([waits, im.counts.gaveUp], [[5, 8, 14], 3]);
    net.last.accept(net.last.commands[0]!);
    await handle.accepted;
    im.send('bob', '2');
    const link = net.last;
    link.alive = false;
    await time.pass(5_300);
    assert.equal(link.closedByClient, true, 'an answer makes it impatient again');
  });

  it('takes an answer to any of its sendings', async () => {
    const { im, net, time } = await anOnlineClient();
    const handle = im.send('bob', '1');
    await time.pass(2_200);
    net.last.accept(net.last.commands[0]!);
    net.last.accept(net.last.commands[1]!, { duplicate: 1 });
    assert.equal((await handle.accepted).duplicate, false);
    assert.equal(im.counts.accepted, 1);
  });

  it('does not come back by itself after session-replaced', async () => {
    const { im, net, time, states } = await anOnlineClient();
    net.last.say({ type: 'error', code: 'session-replaced' });
    await time.pass(120_000);
    assert.equal(net.links.length, 1);
    assert.deepEqual([im.state, states.at(-1)?.reason], ['closed', 'session-replaced']);
  });

  it('ends with an error if its only token is refused', async () => {
    const { im, net, time } = aClient();
    await time.settle();
    net.last.say({ type: 'error', code: 'unauthenticated' });
    await assert.rejects(im.ready, { code: 'connection' });
    assert.equal(im.state, 'closed');
  });

  it('asks for a fresh token before every connection', async () => {
    let asked = 0;
    const { net, time } = aClient({
      token: async () => {
        asked += 1;
        return `t${asked}`;
      },
    });
    await time.settle();
    net.last.say({ type: 'error', code: 'unauthenticated' });
    await time.pass(1_000);
    assert.deepEqual(
      net.links.map(({ hello }) => hello.token),
      ['t1', 't2'],
    );
  });

  it('waits as long as a refusing server asks', async () => {
    const { net, time } = aClient();
    await time.settle();
    net.last.say({ type: 'error', code: 'too-many-connections', retryAfterMs: 5_000 });
    await time.pass(4_900);
    assert.equal(net.links.length, 1);
    await time.pass(600);
    assert.equal(net.links.length, 2);
  });

  it('leaves a server that sends what no server may, and tells it', async () => {
    const { im, net, time, errors } = await anOnlineClient();
    net.last.bytes(Uint8Array.of(0x12, 0, 0, 0, 2, 1, 9));
    await time.pass(1_000);
    assert.equal(errors[0]?.code, 'protocol');
    assert.match(errors[0]?.message ?? '', /does not speak this protocol \(/);
    assert.deepEqual([im.counts.protocolErrors, net.links.length], [1, 2]);
  });

  it('says good-bye when it is closed, and leaves no timer behind', async () => {
    const { im, net, time } = await anOnlineClient();
    im.send('bob', '1');
    void im.members('g/tea').catch(() => undefined);
    await time.settle();
    await im.close();
    await im.close();
    assert.equal(net.last.heard.at(-1)?.type, 'bye');
    assert.deepEqual([net.last.closedByClient, time.timers, im.state], [true, 0, 'closed']);
  });

  it('can be closed before anything has happened', async () => {
    const { im, net, time } = aClient();
    await im.close();
    await time.pass(60_000);
    assert.equal(net.links.length, 0);
    await assert.rejects(im.ready, { code: 'closed' });
  });

  it('needs an address, or a gateway that can be one', () => {
    const person = { token: 't', device: 'd' };
    assert.throws(() => connect({ address: [], ...person }), TypeError);
    assert.throws(
      () => connect({ gateway: ['http://gw:1', 'tcp://gw:1'], ...person }),
      /tcp:.*http:/,
    );
  });
});
