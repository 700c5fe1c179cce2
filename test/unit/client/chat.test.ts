import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { createInterface } from 'node:readline';
import type { ChatPlan } from '../../../cli/chat-options.ts';
import { chatByPipe } from '../../../cli/chat-pipe.ts';
import { ChatScreen } from '../../../cli/chat-screen.ts';
import { chatOnTerminal } from '../../../cli/chat-terminal.ts';
import { safeText, widthOf } from '../../../cli/chat-text.ts';
import { chat } from '../../../cli/chat.ts';
import type { Io } from '../../../cli/io.ts';
import type { Query } from '../../../core/wire/frames.ts';
import { aClient, anOnlineClient, type Stage } from './a-client.ts';
import { aDelivery } from './fake-world.ts';

const PLAN: ChatPlan = {
  user: 'ann',
  addresses: ['tcp://one:1'],
  gateways: [],
  token: 't',
  device: 'd1',
  outbox: '',
  target: 'bob',
};

/** A terminal of 40 columns and 10 rows, or a pipe. */
function streams() {
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { columns: 40, rows: 10 });
  let written = '';
  output.on('data', (chunk: Buffer) => {
    written += chunk.toString();
  });
  return { input, output, written: () => written };
}

function anIo() {
  const problems: string[] = [];
  const io: Io = {
    out: () => undefined,
    err: (text) => void problems.push(text),
    env: {},
    bold: (text) => text,
  };
  return { io, problems };
}

/** Lets streams and clients do what they have to, until `done`. */
async function until(stage: Stage, done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !done(); turn += 1) await stage.time.settle();
  assert.ok(done(), 'what was waited for did not come');
}

describe('chat text', () => {
  it('lets nothing through that steers a terminal', () => {
    assert.equal(safeText('a\u001b[31mred\u0007\u009b2J\u007f'), 'a[31mred2J');
    assert.equal(safeText('user\u202egnp.exe\u2066x\u200f'), 'usergnp.exex');
    assert.equal(safeText('one\r\ntwo\tthree\u2028four\n'), 'one\n      two threefour');
    assert.equal(safeText('grüße 你好 👩‍🚀'), 'grüße 你好 👩‍🚀');
  });

  it('knows how wide text is', () => {
    assert.deepEqual(['abc', 'grüße', 'e\u0301', '你好', '🍵'].map(widthOf), [3, 5, 1, 4, 2]);
  });
});

describe('chat in a pipe', () => {
  it('ends with 2 for wrong use, before anything is read or connected', async () => {
    const { io, problems } = anIo();
    assert.equal(await chat({ as: '' }, streams(), io), 2);
    assert.equal(problems.length, 1);
  });

  it('sends each line, and ends when all are accepted', async () => {
    const stage = await anOnlineClient();
    const { input, output } = streams();
    let code: number | undefined;
    void chatByPipe({ im: stage.im, plan: PLAN, streams: { input, output }, ...anIo() }).then(
      (result) => {
        code = result;
      },
    );
    input.end('one\n\ntwo\n');
    await until(stage, () => stage.net.last.commands.length === 1);
    stage.net.last.accept(stage.net.last.commands[0]!);
    await until(stage, () => stage.net.last.commands.length === 2);
    assert.equal(code, undefined);
    stage.net.last.accept(stage.net.last.commands[1]!);
    await until(stage, () => code !== undefined);
    assert.equal(code, 0);
  });

  it('ends with 1 and says why if a line was refused', async () => {
    const stage = await anOnlineClient();
    const { input, output } = streams();
    const { io, problems } = anIo();
    let code: number | undefined;
    void chatByPipe({ im: stage.im, plan: PLAN, streams: { input, output }, io }).then((result) => {
      code = result;
    });
    input.end('one\n');
    await until(stage, () => stage.net.last.commands.length === 1);
    stage.net.last.refuse(stage.net.last.commands[0]!, 'not-friend');
    await until(stage, () => code !== undefined);
    assert.deepEqual([code, problems], [1, ['im chat: not sent: refused: not-friend']]);
  });

  it('prints what comes in, one line each, and does not call it read', async () => {
    const stage = await anOnlineClient();
    const { input, output, written } = streams();
    void chatByPipe({ im: stage.im, plan: PLAN, streams: { input, output }, ...anIo() });
    stage.net.last.say(
      aDelivery(1),
      aDelivery(2, { kind: 'friend.request', conversation: 'd/ann/bob' }),
    );
    await until(stage, () => written().split('\n').length === 3);
    assert.match(written(), /^\d\d:\d\d bob: message 1\n\d\d:\d\d \* bob asks to be friends\n$/);
    assert.deepEqual(stage.net.last.only('read'), []);
    input.end();
  });

  it('says of a message that is no longer kept that it is so, in its place', async () => {
    const stage = await anOnlineClient();
    const { input, output, written } = streams();
    void chatByPipe({ im: stage.im, plan: PLAN, streams: { input, output }, ...anIo() });
    const { body: _, ...gone } = aDelivery(1, { kind: 'expired' });
    stage.net.last.say(gone, { ...gone, conversation: 'g/tea' });
    await until(stage, () => written().split('\n').length === 3);
    const line = String.raw`bob: \(a message that is no longer kept\)`;
    assert.match(
      written(),
      new RegExp(`^\\d\\d:\\d\\d ${line}\n\\d\\d:\\d\\d \\[g/tea\\] ${line}\n$`),
    );
    input.end();
  });

  it('ends with 1 if the server ends the session for good', async () => {
    const stage = aClient();
    const { input, output } = streams();
    const { io, problems } = anIo();
    const code = chatByPipe({ im: stage.im, plan: PLAN, streams: { input, output }, io });
    await stage.time.settle();
    stage.net.last.say({ type: 'error', code: 'unauthenticated' });
    assert.equal(await code, 1);
    assert.match(problems.join(), /unauthenticated/);
    input.end();
  });
});

describe('chat on a terminal', () => {
  it('shows the ticks of a message as it comes further', async () => {
    const stage = await anOnlineClient();
    const { input, output, written } = streams();
    const code = chatOnTerminal({
      im: stage.im,
      plan: PLAN,
      streams: { input, output },
      ...anIo(),
    });
    input.write('hi\r');
    await until(stage, () => stage.net.last.commands.length === 1);
    assert.match(written(), /· {3}\d\d:\d\d ann: hi/);
    stage.net.last.accept(stage.net.last.commands[0]!);
    await until(stage, () => written().includes('\r✓  '));
    const receipt = { type: 'receipt', conversation: 'd/ann/bob', user: 'bob' } as const;
    stage.net.last.say({ ...receipt, received: 1, read: 0 });
    await until(stage, () => written().includes('\r✓✓ '));
    stage.net.last.say({ ...receipt, received: 1, read: 1 });
    await until(stage, () => written().includes('\r✓✓✓'));
    assert.ok(!written().includes('\u001b[36m'), 'no colour where there is none');
    input.write('\u0004');
    assert.equal(await code, 0);
  });

  it('shows in the history how far the own messages have come, and who has come where', async () => {
    const stage = await anOnlineClient();
    const { input, output, written } = streams();
    const terminal = Object.assign(output, { columns: 80, isTTY: true });
    const plan = { ...PLAN, target: 'g/tea' };
    const code = chatOnTerminal({
      im: stage.im,
      plan,
      streams: { input, output: terminal },
      ...anIo(),
    });
    const marks = { role: 'member', joined: 1 };
    const members = [
      { user: 'ann', ...marks, received: 9, read: 9 },
      { user: 'bob', ...marks, received: 3, read: 1 },
      { user: 'cat', ...marks, received: 2, read: 2 },
    ];
    let answered = 0;
    const answer = async (what: string, item: readonly object[]): Promise<void> => {
      const asked = (): Query | undefined => stage.net.last.only('query')[answered];
      await until(stage, () => asked() !== undefined);
      answered += 1;
      assert.equal(asked()?.what ?? what, what);
      const { query } = stage.net.last.only('query')[answered - 1]!;
      stage.net.last.say({ type: 'result', query, what, item } as never);
    };
    input.write('/history\r');
    const from = { conversation: 'g/tea', from: 'ann' };
    const own = [2, 3, 4].map((position) => aDelivery(position, from));
    await answer('history', [aDelivery(1, { conversation: 'g/tea' }), ...own]);
    await answer('members', members);
    await until(stage, () => written().includes('message 4'));
    const lines = written()
      .split('\n')
      .filter((line) => line.includes('message'));
    assert.deepEqual(
      lines.map((line) => stripVTControlCharacters(line).replace(/\d\d:\d\d .*/, '')),
      ['    ', '✓✓✓ ', '✓✓  ', '✓   '],
    );
    input.write('/who\r');
    await answer('members', members);
    await answer('presence', []);
    await until(stage, () => written().includes('bob  member, received 3, read 1'));
    input.write('/quit\r');
    assert.equal(await code, 0);
  });

  it('prints a message above the line that is being typed, and calls it read', async () => {
    const stage = await anOnlineClient();
    const { input, output, written } = streams();
    void chatOnTerminal({ im: stage.im, plan: PLAN, streams: { input, output }, ...anIo() });
    input.write('half a li');
    await until(stage, () => written().includes('half a li'));
    const before = written().length;
    stage.net.last.say(aDelivery(1));
    await until(stage, () => stage.net.last.only('read').length === 1);
    const after = written().slice(before);
    assert.match(after, /bob: message 1\n/);
    assert.ok(after.lastIndexOf('bob> half a li') > after.indexOf('message 1'));
    input.write('\u0004\u0015\u0004');
  });

  it('runs commands, and says what is wrong with one', async () => {
    const stage = await anOnlineClient();
    const { input, output, written } = streams();
    const code = chatOnTerminal({
      im: stage.im,
      plan: PLAN,
      streams: { input, output },
      ...anIo(),
    });
    input.write('/nope\r/add\r/group club cat\r');
    await until(stage, () => stage.net.last.commands.length === 1);
    assert.match(written(), /no command \/nope/);
    assert.match(written(), /\/add: only a group/);
    const [create] = stage.net.last.only('act');
    assert.deepEqual([create?.action, create?.user], ['group.create', ['cat']]);
    stage.net.last.accept(create!);
    await until(stage, () => written().includes('g/club> '));
    input.write('/quit\r');
    assert.equal(await code, 0);
  });

  it('leaves lines alone that have scrolled off the screen', () => {
    const { input, output, written } = streams();
    const readline = createInterface({ input, output, terminal: true });
    const screen = new ChatScreen(readline, output);
    const first = screen.print('·  first');
    for (let n = 0; n < 3; n += 1) screen.print(`   ${'x'.repeat(100)}`);
    first.update('✓ ');
    const second = screen.print('·  second');
    second.update('✓ ');
    readline.close();
    const ups = written()
      .split('\u001b[')
      .filter((after) => after.includes('\r✓'));
    assert.deepEqual(
      ups.map((after) => after.slice(0, 2)),
      ['1A'],
    );
  });
});
