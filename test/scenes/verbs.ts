/**
 * What can be said in a scene. In a pattern, WHO is `ann` or `ann's phone`; TO is a user, or a
 * conversation; NAME is a user; NAMES are several, with commas; TEXT stands in quotes.
 */
import assert from 'node:assert/strict';
import type { Answer, Command, Device } from './device.ts';
import type { Stage } from './stage.ts';

export interface Verb {
  readonly pattern: string;
  does(stage: Stage, ...words: string[]): Promise<void> | void;
}

export function list(names: string | undefined): string[] {
  return (names ?? '').split(',').map((name) => name.trim());
}

/** Accepted, or refused with this code; `undefined`: must be accepted. */
export function expectAnswer(device: Device, answer: Answer, code: string | undefined): void {
  const got = answer.type === 'accepted' ? undefined : answer.code;
  const told = device.live.transcript.join('\n    ');
  assert.equal(got, code, `answered ${got ?? 'accepted'}\n    ${told}`);
}

export async function say(stage: Stage, who: string, text: string, to: string, code?: string) {
  const device = stage.device(who);
  const command = device.send(to, { type: 'send', body: new Uint8Array(Buffer.from(text)) });
  expectAnswer(device, await device.answerTo(command), code);
}

async function seeMessage(
  stage: Stage,
  who: string,
  expected: object,
  text: string,
  from: 'inbox' | 'copies' = 'inbox',
): Promise<void> {
  const device = stage.device(who);
  const got = await device.next(from);
  const told = device.live.transcript.join('\n    ');
  const body = Buffer.from(got.body ?? []).toString();
  assert.deepEqual(
    { ...expected, body, kind: got.kind ?? 'message' },
    { ...pick(got, expected), body: text, kind: 'message' },
    `got ${got.kind ?? 'message'} "${body}" at ${got.position} of ${got.conversation}\n    ${told}`,
  );
}

/** The same fields as `like` has. */
export function pick(from: object, like: object): object {
  const values = from as Record<string, unknown>;
  return Object.fromEntries(Object.keys(like).map((key) => [key, values[key]]));
}

function acknowledge(device: Device, type: 'received' | 'read'): void {
  const upTo = [...device.looked].map(([conversation, position]) => ({ conversation, position }));
  device.live.send({ type, upTo });
}

async function awaitMark(
  device: Device,
  what: 'received' | 'read',
  mark: string,
  by: string,
  conversation: string,
): Promise<void> {
  const key = `${conversation} ${by}`;
  const reached = (): true | undefined =>
    device.receipts.get(key)?.[what] === Number(mark) || undefined;
  await device.live.until(`${what} ${mark} by ${by}`, reached);
}

export const verbs: readonly Verb[] = [
  {
    pattern: 'WHO connects',
    async does(stage, who) {
      const before = stage.device(who).connection;
      assert.ok(!before || before.closed, `${who} is connected`);
      await stage.connect(who);
    },
  },
  {
    pattern: 'WHO connects a second time',
    async does(stage, who) {
      await stage.connect(who);
    },
  },
  {
    pattern: 'the older connection of WHO ends with CODE',
    async does(stage, who, code) {
      const device = stage.device(who);
      const { older } = device;
      assert.ok(older, 'there was no older one');
      await older.until(code, () => older.closed, true);
      assert.equal(device.errors.get(older), code);
    },
  },
  {
    pattern: 'WHO is cut off',
    async does(stage, who) {
      const { live } = stage.device(who);
      live.cut();
      await stage.device(who).gone();
    },
  },
  {
    pattern: 'WHO says goodbye',
    async does(stage, who) {
      const { live } = stage.device(who);
      live.send({ type: 'bye' });
      await stage.device(who).gone();
    },
  },
  { pattern: 'WHO says TEXT to TO', does: (stage, who, text, to) => say(stage, who, text, to) },
  {
    pattern: 'WHO says TEXT to TO and is refused CODE',
    does: (stage, who, text, to, code) => say(stage, who, text, to, code),
  },
  {
    pattern: 'WHO says TEXT to TO, but the answer is lost',
    async does(stage, who, text, to) {
      await say(stage, who, text, to);
      const { live } = stage.device(who);
      live.cut();
      await stage.device(who).gone();
    },
  },
  {
    pattern: 'WHO says it again and gets the first answer',
    async does(stage, who) {
      const device = stage.device(who);
      const command = device.commands.at(-1);
      assert.ok(command);
      const first = device.answers.find((one) => one.id === command.id);
      const second = await device.repeat(command);
      const like = { position: 0, order: 0, acceptedAt: 0, durability: '', duplicate: 0 };
      assert.deepEqual(pick(second, like), { ...pick(first ?? {}, like), duplicate: 1 });
    },
  },
  {
    pattern: 'WHO says TEXT and NUMBER more to TO without waiting',
    async does(stage, who, text, more, to) {
      const device = stage.device(who);
      const window = device.welcome?.window ?? 0;
      const commands: Command[] = [];
      for (let i = 0; i <= Number(more); i++) {
        const oldest = commands[i - window];
        if (oldest) await device.answerTo(oldest);
        const body = new Uint8Array(Buffer.from(`${text} ${i}`));
        commands.push(device.send(to, { type: 'send', body }));
      }
      for (const command of commands)
        expectAnswer(device, await device.answerTo(command), undefined);
    },
  },
  {
    pattern: 'WHO sees TEXT and NUMBER more from NAME, acknowledging each',
    async does(stage, who, text, more, from) {
      for (let i = 0; i <= Number(more); i++) {
        await seeMessage(stage, who, { from }, `${text} ${i}`);
        acknowledge(stage.device(who), 'received');
      }
    },
  },
  {
    pattern: 'WHO sees TEXT from NAME',
    does: (stage, who, text, from) => seeMessage(stage, who, { from, again: undefined }, text),
  },
  {
    pattern: 'WHO sees TEXT from NAME again',
    does: (stage, who, text, from) => seeMessage(stage, who, { from, again: 1 }, text, 'copies'),
  },
  {
    pattern: 'WHO sees TEXT from NAME, perhaps again',
    does: (stage, who, text, from) => seeMessage(stage, who, { from }, text),
  },
  {
    pattern: 'WHO sees TEXT from NAME in TO',
    does: (stage, who, text, from, conversation) =>
      seeMessage(stage, who, { from, conversation, again: undefined }, text),
  },
  {
    pattern: 'WHO sees nothing more',
    async does(stage, who) {
      const device = stage.device(who);
      await device.barrier();
      assert.deepEqual(device.inbox, []);
    },
  },
  { pattern: 'WHO acknowledges', does: (stage, who) => acknowledge(stage.device(who), 'received') },
  { pattern: 'WHO reads', does: (stage, who) => acknowledge(stage.device(who), 'read') },
  {
    pattern: 'WHO sees received NUMBER by NAME',
    does: (stage, who, mark, by) => {
      const device = stage.device(who);
      return awaitMark(device, 'received', mark, by, device.conversationWith(by));
    },
  },
  {
    pattern: 'WHO sees read NUMBER by NAME',
    does: (stage, who, mark, by) => {
      const device = stage.device(who);
      return awaitMark(device, 'read', mark, by, device.conversationWith(by));
    },
  },
  {
    pattern: 'WHO sees received NUMBER by NAME in TO',
    does: (stage, who, mark, by, to) => awaitMark(stage.device(who), 'received', mark, by, to),
  },
  {
    pattern: 'WHO types to TO',
    does(stage, who, to) {
      const device = stage.device(who);
      const conversation = device.conversationWith(to);
      device.live.send({ type: 'signal', conversation, kind: 'typing' });
    },
  },
  {
    pattern: 'WHO sees NAME typing',
    async does(stage, who, from) {
      const device = stage.device(who);
      const signal = await device.live.until('a signal', () => device.signals.shift());
      assert.deepEqual(pick(signal, { kind: '', from: '' }), { kind: 'typing', from });
    },
  },
  {
    pattern: 'WHO sees NAME STATE',
    async does(stage, who, of, state) {
      const device = stage.device(who);
      await device.live.until(
        `${of} ${state}`,
        () => device.presence.get(of) === state || undefined,
      );
    },
  },
  { pattern: 'the server is killed', does: (stage) => stage.end('kill') },
  { pattern: 'the server stops', does: (stage) => stage.end('stop') },
  { pattern: 'the server starts', does: (stage) => stage.server.start() },
];
