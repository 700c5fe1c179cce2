import assert from 'node:assert/strict';
import { anOnlineClient, type Stage } from './a-client.ts';

/** It answers nothing more, as a stopped process whose system still takes connections. */
async function hang({ im, net, time }: Stage): Promise<void> {
  im.send('bob', 'hello');
  await time.settle();
  const { last } = net;
  last.alive = false;
  while (!last.closedByClient) await time.pass(50);
}

/** For how many seconds the client waits on its next connection, on which nothing comes. */
async function waited({ net, time }: Stage, address: string): Promise<number> {
  const count = net.links.length;
  while (net.links.length === count) await time.pass(50);
  const fromMs = time.monotonic();
  assert.equal(net.last.address, address);
  const { last } = net;
  while (!last.closedByClient) await time.pass(50);
  return Math.round((time.monotonic() - fromMs) / 1_000);
}

async function sentBack({ net, time }: Stage): Promise<void> {
  const count = net.links.length;
  while (net.links.length === count) await time.pass(50);
  net.last.say({ type: 'moved', address: ['tcp://one:1'] });
}

const PAIR = { address: ['tcp://one:1', 'tcp://two:2'] };

describe('the client, and a server that fell silent', () => {
  it('is sent back to it by the other, and does not wait there for long', async () => {
    const stage = await anOnlineClient(PAIR);
    await hang(stage);
    const waits: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      await sentBack(stage);
      waits.push(await waited(stage, 'tcp://one:1'));
    }
    assert.deepEqual(waits, [1, 2, 4, 8, 10], 'it may only be slow');
    await stage.goOnline();
  });

  it('waits as for any other once it speaks', async () => {
    const stage = await anOnlineClient(PAIR);
    await hang(stage);
    await sentBack(stage);
    await stage.time.pass(100);
    await stage.goOnline();
    stage.net.last.cut();
    await sentBack(stage);
    assert.equal(await waited(stage, 'tcp://one:1'), 10);
  });

  it('forgets it when it is gone', async () => {
    const stage = await anOnlineClient(PAIR);
    await hang(stage);
    await sentBack(stage);
    await stage.time.pass(100);
    stage.net.last.cut('refused');
    await sentBack(stage);
    assert.equal(await waited(stage, 'tcp://one:1'), 10);
  });

  it('has patience where there is no other', async () => {
    const stage = await anOnlineClient();
    await hang(stage);
    assert.equal(await waited(stage, 'tcp://one:1'), 10);
  });
});
