import assert from 'node:assert/strict';
import type { Act, Send } from '../../../core/wire/frames.ts';
import { anOnlineClient, type Stage } from './a-client.ts';
import type { FakeLink } from './fake-world.ts';

/** Sends one command to each of these users, and lets them leave. */
async function sendTo(stage: Stage, users: readonly string[]): Promise<void> {
  for (const user of users) stage.im.send(user, 'x');
  await stage.time.settle();
}

/** Answers everything `delayMs` after it came, its repeats too, from now on. */
async function serve(stage: Stage, link: FakeLink, delayMs: number, forMs: number): Promise<void> {
  const { time } = stage;
  const due: { atMs: number; command: Send | Act }[] = [];
  let seen = 0;
  for (const endMs = time.monotonic() + forMs; time.monotonic() < endMs;) {
    await time.pass(50);
    const { commands } = link;
    for (const command of commands.slice(seen)) {
      due.push({ atMs: time.monotonic() + delayMs, command });
    }
    seen = commands.length;
    while (due[0] !== undefined && due[0].atMs <= time.monotonic()) {
      const [next] = due.splice(0, 1);
      if (next !== undefined) link.accept(next.command);
    }
  }
}

const users = (count: number): string[] => Array.from({ length: count }, (_, at) => `u${at}`);

describe('the client, sending again', () => {
  it('measures a server that is slower than it was told, and repeats nothing from then on', async () => {
    const stage = await anOnlineClient();
    const { im, net } = stage;
    await sendTo(stage, ['bob']);
    await serve(stage, net.last, 5_000, 6_000);
    assert.equal(im.counts.accepted, 1);
    assert.equal(im.counts.retransmitted, 1, 'once after two seconds, not again after four');
    assert.equal(im.timing.smoothedMs, 5_000 + 50, 'by the first sending, which was answered');
    for (const user of users(5)) {
      await sendTo(stage, [user]);
      await serve(stage, net.last, 5_000, 6_000);
    }
    assert.equal(im.counts.accepted, 6);
    assert.equal(im.counts.retransmitted, 1);
    assert.equal(net.links.length, 1);
  });

  it('runs one timer, however much is in flight', async () => {
    const stage = await anOnlineClient();
    const idle = stage.time.timers;
    await sendTo(stage, users(30));
    assert.equal(stage.net.last.commands.length, 30);
    assert.equal(stage.time.timers, idle + 1);
  });

  it('sends the oldest again, and no more than one in a time-out', async () => {
    const stage = await anOnlineClient();
    const { im, net, time } = stage;
    await sendTo(stage, users(10));
    await time.pass(2_200);
    assert.equal(im.counts.retransmitted, 1);
    net.last.accept(net.last.commands.at(-1)!);
    await time.pass(1_900);
    assert.equal(im.counts.retransmitted, 1, 'the answer gave the others their time');
    await time.pass(700);
    assert.equal(im.counts.retransmitted, 2);
    assert.equal(net.last.commands.at(-1)?.conversation, 'd/ann/u1');
  });

  it('without a token only asks by PING, and gives up after as many tries all the same', async () => {
    const stage = await anOnlineClient({ limits: { retryTokens: 1 } });
    const { im, net, time } = stage;
    const link = net.last;
    const handle = im.send('bob', '1');
    await time.settle();
    await time.pass(15_500);
    assert.deepEqual(
      link.heard.slice(1).map(({ type }) => type),
      ['send', 'ping', 'send', 'ping', 'ping'],
    );
    assert.equal(im.timing.retryTokens, 0);
    assert.equal(link.closedByClient, false);
    await time.pass(18_000);
    assert.equal(link.closedByClient, true);
    const { timeouts, retransmitted, withheld, gaveUp, pings } = im.counts;
    assert.deepEqual([timeouts, retransmitted, withheld, gaveUp, pings], [4, 1, 2, 1, 3]);
    await stage.goOnline();
    net.last.accept(net.last.commands[0]!);
    assert.equal((await handle.accepted).position, 1, 'nothing hangs on the budget but speed');
    assert.deepEqual([im.counts.sent, im.counts.resent, im.counts.connections], [1, 1, 2]);
  });

  it('repeats a tenth of its commands at most to a server that answers ever more slowly', async () => {
    const stage = await anOnlineClient({ limits: { retransmitMaxMs: 1_000 } });
    const { im, net } = stage;
    for (let round = 0; round < 300; round += 1) {
      await sendTo(stage, [`u${round % 7}`]);
      await serve(stage, net.last, 1_200, 1_500);
    }
    const { accepted, retransmitted, withheld } = im.counts;
    assert.equal(accepted, 300);
    assert.ok(retransmitted <= 10 + accepted / 10, `${retransmitted} again`);
    assert.ok(withheld > 200, `${withheld} withheld`);
    assert.equal(net.links.length, 1, 'answers come, so the connection is good');
  });
});
