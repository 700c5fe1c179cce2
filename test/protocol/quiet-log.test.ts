/** What a node logs of a busy time in which much goes wrong: everything but what is secret. */
import assert from 'node:assert/strict';
import {
  ImError,
  type GuardedMessage,
  type GuardVerdict,
  type Persistence,
} from 'im-kernel/contract';
import { createLog, type NodeLog } from '../../core/kernel/log.ts';
import { aConsumer, aGuard } from './effects-stage.ts';
import { inBetween } from './in-between.ts';
import type { RawClient } from './raw-client.ts';
import { closeStages, JSON_MESSAGES, openStage, TLV, type Stage } from './stage.ts';

const TALK = 'd/ann/bob';
const TEA = 'g/tea';
/** In every body and every token, and in nothing else. */
const SECRET = 'Zx9Qw7Secret';
const TOKEN_LIFE_MS = 3_600_000;

function judge({ body }: GuardedMessage): GuardVerdict {
  const text = new TextDecoder().decode(body);
  if (text.includes('throw')) throw new Error('a fault of the guard');
  return text.includes('refuse') ? { is: 'refuse', detail: 'not here' } : { is: 'allow' };
}

async function welcomed(stage: Stage, user: string, binding = TLV): Promise<RawClient> {
  const client = stage.connect(binding);
  client.hello(`${user}|${stage.clock.now() + TOKEN_LIFE_MS}|${SECRET}`);
  await client.next('welcome');
  return client;
}

/** Strangers and friends who say what nobody can read. */
async function babble(stage: Stage, [ann, bob]: readonly RawClient[]): Promise<void> {
  const refused = stage.connect();
  refused.hello(`bad|${SECRET}`);
  await refused.lastWord();
  for (const wrong of [`{"type":"hello","token":"${SECRET}`, SECRET, `{"${SECRET}":1}`]) {
    const client = stage.connect(JSON_MESSAGES);
    client.wire.say(Buffer.from(wrong));
    await client.lastWord();
  }
  bob?.wire.say(Buffer.from(`{"type":"send","body":"${SECRET}","number":"${SECRET}"}`));
  await bob?.lastWord();
  ann?.wire.say(Buffer.from(`\u0002\u0000\u0000\u0000\u0010${SECRET}${SECRET}`));
  await ann?.lastWord();
}

describe('what is logged', () => {
  let written: string[];
  let log: NodeLog;
  let away = false;
  beforeEach(() => {
    written = [];
    away = false;
    const stream = { write: (line: string) => void written.push(line) };
    log = createLog({ level: 'debug', terminal: false, stream });
  });
  afterEach(closeStages);

  function open(): Promise<Stage> {
    return openStage({
      log,
      limits: { bodyMax: 200, signalMax: 40, retransmit: 1_000, ackTimeout: 10_000 },
      guards: [aGuard('judge', judge)],
      consumers: [
        aConsumer('hook', () => Promise.reject(new Error('nobody is there')), {
          tries: 2,
          retryFrom: 10,
          retryMax: 20,
        }),
      ],
      between: (store) => {
        const append: Persistence['append'] = (batch) =>
          away
            ? Promise.reject(new ImError('IM_STORE_AWAY', { why: 'a test' }))
            : store.append(batch);
        return inBetween(store, { append });
      },
    });
  }

  async function chat(stage: Stage): Promise<readonly RawClient[]> {
    const ann = await welcomed(stage, 'ann');
    const bob = await welcomed(stage, 'bob', JSON_MESSAGES);
    await ann.fate(ann.act(TEA, 'group.create', { user: ['bob'], title: SECRET }));
    for (const text of ['hi', 'refuse', 'throw', 'x'.repeat(300)]) {
      await ann.fate(ann.send(TALK, `${SECRET} ${text}`));
      await bob.fate(bob.send(TEA, `${SECRET} ${text}`));
    }
    ann.say({ type: 'signal', conversation: TALK, kind: 'x', body: Buffer.from(SECRET.repeat(4)) });
    await ann.ask('history', { conversation: TALK, after: 0 });
    away = true;
    await ann.fate(ann.send('d/ann/cat', `${SECRET} away`));
    away = false;
    return [ann, bob];
  }

  it('names who, where and why, and no body, token or title', async () => {
    const stage = await open();
    await babble(stage, await chat(stage));
    await stage.pass(20_000);
    await stage.stop();
    const lines = written.map((line) => JSON.parse(line) as { msg: string; level: string });
    const told = new Set(lines.map(({ msg }) => msg));
    for (const message of [
      'a session was ended',
      'a connection was ended',
      'an entry was set aside',
      'batches are not kept',
    ]) {
      assert.ok(told.has(message), `"${message}" is not in: ${[...told].join('; ')}`);
    }
    assert.ok(lines.some(({ level }) => level === 'debug'));
    const loud = written.filter((line) => {
      return [SECRET, Buffer.from(SECRET).toString('base64')].some((one) => line.includes(one));
    });
    assert.deepEqual(loud, []);
  });
});
