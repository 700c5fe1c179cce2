/** What a chat says of a server that is there and takes nothing. */
import assert from 'node:assert/strict';
import { watchRefusals } from '../../../cli/chat-refusals.ts';
import { anOnlineClient, type Stage } from './a-client.ts';

const BUSY =
  'the server takes nothing for now: busy (the store is away); what you write is sent later';

interface Watched extends Stage {
  readonly said: string[];
  readonly unwatch: () => void;
}

async function watched(): Promise<Watched> {
  const stage = await anOnlineClient();
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const unwatch = watchRefusals(stage.im, { clock: stage.time, say });
  return { ...stage, said, unwatch };
}

/** The server is busy for so long, and takes what is sent then. */
async function busyFor({ net, time }: Stage, ms: number): Promise<void> {
  const endMs = time.monotonic() + ms;
  for (let at = net.last.commands.length - 1; ; at += 1) {
    const { last } = net;
    const command = last.commands[at]!;
    if (time.monotonic() >= endMs) return last.accept(command);
    last.refuse(command, 'busy', { retryAfterMs: 500, detail: 'the store\u001b is away' });
    while (last.commands.length === at + 1) await time.pass(100);
  }
}

describe('a chat whose server takes nothing for now', () => {
  it('says nothing of what is over soon', async () => {
    const stage = await watched();
    for (let times = 0; times < 3; times += 1) {
      stage.im.send('bob', 'hello');
      await stage.time.settle();
      await busyFor(stage, 2_000);
      await stage.time.settle();
    }
    await stage.time.pass(10_000);
    assert.deepEqual(stage.said, []);
  });

  it('says it once when it lasts, and once that it is over, each time', async () => {
    const stage = await watched();
    for (let times = 0; times < 2; times += 1) {
      stage.im.send('bob', 'hello');
      await stage.time.settle();
      await busyFor(stage, 9_000);
      assert.deepEqual(stage.said.splice(0), [BUSY]);
      await stage.time.pass(1_000);
      assert.match(
        stage.said.splice(0).join('|'),
        /^-- the server goes on, after (9|10)\.\d s --$/,
      );
    }
  });

  it('says nothing more once nobody listens, and leaves no timer', async () => {
    const stage = await watched();
    stage.im.send('bob', 'hello');
    await stage.time.settle();
    await busyFor(stage, 1_000);
    stage.unwatch();
    await stage.im.close();
    assert.deepEqual([stage.said, stage.time.timers], [[], 0]);
  });

  it('hears which command is put off, and why', async () => {
    const { im, net, time } = await watched();
    const heard: unknown[] = [];
    im.on('put-off', (event) => heard.push(event));
    const handle = im.send('bob', 'hello');
    await time.settle();
    net.last.refuse(net.last.commands[0]!, 'rate-limited');
    assert.deepEqual(heard, [{ handle, code: 'rate-limited', detail: undefined }]);
    assert.equal(handle.state, 'pending');
  });
});
