import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { ChatPlan } from '../../../cli/chat-options.ts';
import { chatByPipe } from '../../../cli/chat-pipe.ts';
import { chatOnTerminal } from '../../../cli/chat-terminal.ts';
import type { ConnectOptions } from '../../../client/options.ts';
import { aClient, type Stage } from './a-client.ts';

const PLAN: ChatPlan = {
  user: 'ann',
  addresses: [],
  gateways: [],
  token: 't',
  device: 'd1',
  outbox: '',
  target: 'bob',
};

interface ChatStage extends Stage {
  /** What was said of the connection since the last call. */
  readonly said: () => string[];
  readonly quit: () => Promise<number>;
}

/** A chat on a terminal in the fake world, not connected yet. */
function aChat(options: Partial<ConnectOptions> = {}): ChatStage {
  const stage = aClient(options);
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { columns: 120, rows: 10 });
  const io = { out: () => undefined, err: () => undefined, env: {}, bold: (text: string) => text };
  const streams = { input, output };
  const code = chatOnTerminal({ im: stage.im, plan: PLAN, streams, io, clock: stage.time });
  const said = (): string[] =>
    stripVTControlCharacters(String(output.read() ?? ''))
      .split('\n')
      .map((line) => line.replace('bob> ', '').trim())
      .filter((line) => line !== '');
  const quit = (): Promise<number> => {
    input.write('\u0004');
    return code;
  };
  return { ...stage, said, quit };
}

async function cut({ net, time }: Stage, why: string): Promise<void> {
  const before = net.links.length;
  net.last.cut(why);
  while (net.links.length === before) await time.pass(100);
}

const KEPT = 'what you write is kept and sent later';

describe('chat on a terminal, offline', () => {
  it('shows a takeover in one quiet line', async () => {
    const chat = aChat({ address: ['tcp://a:1', 'tcp://b:2'] });
    await chat.goOnline({ node: 'im-a' });
    assert.deepEqual(chat.said(), ['online (/help shows what you can type)']);
    chat.net.last.say({ type: 'error', code: 'shutting-down' });
    await chat.time.pass(700);
    chat.net.last.cut('refused');
    await chat.time.pass(700);
    await chat.goOnline({ node: 'im-b' });
    await chat.time.pass(60_000);
    assert.deepEqual(chat.said(), ['-- now on im-b, 1.4 s without a server --']);
    assert.equal(await chat.quit(), 0);
  });

  it('shows it alike where the server sends it on, and at the beginning not at all', async () => {
    const chat = aChat();
    await chat.time.settle();
    chat.net.last.say({ type: 'moved', address: ['tcp://a:1'] });
    await chat.time.pass(0);
    await chat.goOnline({ node: 'im-a' });
    assert.deepEqual(chat.said(), ['online (/help shows what you can type)']);
    chat.net.last.say({ type: 'moved', address: ['tcp://b:1'], retryAfterMs: 200 });
    await chat.time.pass(200);
    await chat.goOnline({ node: 'im-b\u001b[2J' });
    assert.deepEqual(chat.said(), ['-- now on im-b[2J, 0.2 s without a server --']);
    await chat.quit();
  });

  it('says why when it lasts, and again only when the reason is another', async () => {
    const chat = aChat();
    await chat.goOnline();
    chat.said();
    for (const why of ['gone', 'gone', 'away', 'away', 'gone']) await cut(chat, why);
    while (chat.said().length === 0) await chat.time.pass(100);
    await cut(chat, 'gone');
    await cut(chat, 'away');
    assert.deepEqual(chat.said(), [`offline: away; ${KEPT}`]);
    await chat.time.pass(200_000);
    await chat.goOnline();
    assert.match(chat.said().at(-1) ?? '', /^-- now on im-1, \d min without a server --$/);
    chat.net.last.cut('gone');
    await chat.time.pass(4_900);
    assert.deepEqual(chat.said(), [], 'it is quiet again');
    await chat.time.pass(200);
    assert.deepEqual(chat.said(), [`offline: gone; ${KEPT}`]);
    await chat.quit();
  });

  it('says at once why it does not begin, and loses no last word', async () => {
    const chat = aChat();
    await chat.time.settle();
    chat.net.last.cut('ECONNREFUSED');
    await chat.time.settle();
    assert.deepEqual(chat.said(), [`offline: ECONNREFUSED; ${KEPT}`]);
    await chat.time.pass(1_000);
    await chat.goOnline();
    chat.net.last.say({ type: 'error', code: 'session-replaced' });
    await chat.time.settle();
    assert.match(chat.said().join(), /the server ended the connection: session-replaced/);
    assert.equal(await chat.quit(), 1);
  });

  it('leaves no timer behind', async () => {
    const chat = aChat();
    await chat.goOnline();
    await cut(chat, 'gone');
    await chat.quit();
    await chat.im.close();
    assert.equal(chat.time.timers, 0);
  });
});

describe('chat in a pipe, offline', () => {
  it('shows a takeover in one line beside the messages', async () => {
    const stage = aClient();
    const [input, output, problems] = [new PassThrough(), new PassThrough(), [] as string[]];
    const err = (text: string): void => void problems.push(text);
    const io = { out: () => undefined, err, env: {}, bold: (text: string) => text };
    const streams = { input, output };
    const code = chatByPipe({ im: stage.im, plan: PLAN, streams, io, clock: stage.time });
    await stage.goOnline();
    await cut(stage, 'gone');
    await stage.goOnline({ node: 'im-b' });
    assert.deepEqual(problems, ['im chat: -- now on im-b, 0.5 s without a server --']);
    input.end();
    assert.equal(await code, 0);
  });
});
