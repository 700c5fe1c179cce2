import assert from 'node:assert/strict';
import { memoryOutbox } from '../../../client/outbox.ts';
import { aClient, anOnlineClient } from './a-client.ts';

/** The id of a command of an earlier life. */
const EARLIER = '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051';

describe('the client, keeping what it sends', () => {
  it('writes a command to its outbox before it sends it', async () => {
    const outbox = memoryOutbox();
    const writing: (() => void)[] = [];
    const slow = {
      ...outbox,
      write: async (changes: Parameters<typeof outbox.write>[0]) => {
        await new Promise<void>((resolve) => writing.push(resolve));
        await outbox.write(changes);
      },
    };
    const { im, net, time, goOnline } = aClient({ outbox: slow, user: 'ann' });
    await goOnline();
    im.send('bob', 'hi');
    await time.settle();
    assert.deepEqual(net.last.commands, []);
    for (let n = 0; n < 5; n += 1) {
      writing.shift()?.();
      await time.settle();
    }
    assert.equal(net.last.commands.length, 1);
    assert.equal((await outbox.load()).commands.size, 1);
  });

  it('goes on in a new process with what the outbox holds', async () => {
    const outbox = memoryOutbox();
    const first = await anOnlineClient({ outbox });
    first.im.send('bob', '1');
    await first.time.settle();
    const sent = first.net.last.commands[0]!;
    await first.im.close();
    const second = aClient({ outbox });
    await second.time.settle();
    assert.deepEqual(second.net.last.hello.pending, ['d/ann/bob']);
    await second.goOnline();
    const again = second.net.last.commands[0]!;
    assert.deepEqual([again.number, again.id, again.sentAt], [sent.number, sent.id, sent.sentAt]);
    const [handle] = second.im.unanswered;
    second.net.last.accept(again, { duplicate: 1 });
    assert.equal((await handle!.accepted).duplicate, true);
    assert.equal((await outbox.load()).commands.size, 0);
  });

  it('keeps the new numbers of a conversation all at once, so that no crash turns their order', async () => {
    const outbox = memoryOutbox();
    // What an earlier process leaves: the log is known, and not written at WELCOME.
    await (await anOnlineClient({ outbox })).im.close();
    const writes: string[] = [];
    const watched = {
      ...outbox,
      write: async (changes: Parameters<typeof outbox.write>[0]) => {
        const puts = changes.flatMap((one) => (one.change === 'put' ? [one.command.number] : []));
        if (puts.length > 0) writes.push(puts.join(' '));
        await outbox.write(changes);
      },
    };
    const { im, time, goOnline } = aClient({ outbox: watched });
    for (const text of ['one', 'two', 'three']) im.send('bob', text);
    await time.settle();
    writes.length = 0;
    await goOnline({ known: [{ conversation: 'd/ann/bob', number: 7, id: EARLIER }] });
    assert.deepEqual(writes, ['8 9 10']);
  });

  it('tries a failed write of the outbox again, and sends nothing that is not kept', async () => {
    const outbox = memoryOutbox();
    let broken = false;
    const failing = {
      ...outbox,
      write: (changes: Parameters<typeof outbox.write>[0]) => {
        if (broken) throw new Error('no space');
        return outbox.write(changes);
      },
    };
    const { im, net, time, errors } = await anOnlineClient({ outbox: failing });
    broken = true;
    im.send('bob', '1');
    await time.pass(1_500);
    assert.deepEqual(net.last.commands, []);
    assert.equal(errors[0]?.code, 'outbox');
    broken = false;
    await time.pass(1_000);
    assert.deepEqual(net.last.numbers, [1]);
  });

  it('never uses an outbox that belongs to another user', async () => {
    const outbox = memoryOutbox();
    const first = await anOnlineClient({ outbox });
    first.im.send('bob', 'secret');
    await first.time.settle();
    await first.im.close();
    const second = aClient({ outbox });
    await second.time.settle();
    second.net.last.welcome({ user: 'eve' });
    await second.time.settle();
    assert.equal(second.im.state, 'closed');
    assert.deepEqual(second.net.last.commands, []);
  });
});
