import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { chatOnTerminal } from '../../../cli/chat-terminal.ts';
import { anOnlineClient } from './a-client.ts';

const PLAN = { user: 'ann', address: '', token: 't', device: 'd1', outbox: '', target: 'bob' };
const IO = { out: () => undefined, err: () => undefined, env: {}, bold: (text: string) => text };

describe('chat on a terminal, offline', () => {
  it('says why, and says it again only when the reason is another, or it was online', async () => {
    const { im, net, time, goOnline } = await anOnlineClient();
    const input = new PassThrough();
    const output = Object.assign(new PassThrough(), { columns: 80, rows: 10 });
    const code = chatOnTerminal({ im, plan: PLAN, streams: { input, output }, io: IO });
    const cut = async (why: string): Promise<void> => {
      const before = net.links.length;
      net.last.cut(why);
      while (net.links.length === before) await time.pass(100);
    };
    for (const why of ['gone', 'gone', 'away', 'away', 'gone']) await cut(why);
    await goOnline();
    await cut('gone');
    const written = String(output.read());
    const said = [...written.matchAll(/(offline: \w+|online)/g)].map(([found]) => found);
    const offline = ['offline: gone', 'offline: away', 'offline: gone'];
    assert.deepEqual(said, [...offline, 'online', 'offline: gone']);
    input.write('\u0004');
    assert.equal(await code, 0);
  });
});
