/**
 * A webhook behind a real server that is killed in the middle of a delivery, again and again: every
 * accepted entry comes, in order, at least once. The guard before it is real, too.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';
import { Device } from '../scenes/device.ts';
import { ServerProcess, type Differences } from '../scenes/server-process.ts';
import { Receiver, withStatus } from '../unit/consumers/receiver.ts';

/** Two before an answer and two after; the simulator plays many more. */
const rounds = 4;
const perRound = 40;
const conversations = ['d/ann/bob', 'd/ann/cat', 'd/ann/dan', 'd/ann/eve'];
const drainMs = 20_000;

class EffectsRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'im-effects-'));
  readonly receiver = new Receiver();
  /** `conversation position id` of everything that was accepted. */
  readonly accepted: string[] = [];
  readonly #device = new Device('ann', 'phone');
  #server: ServerProcess | undefined;
  #token = '';

  get server(): ServerProcess {
    assert.ok(this.#server, 'there is a server');
    return this.#server;
  }

  async begin(): Promise<void> {
    await this.receiver.listen();
    await this.configure('hook', 'start');
    this.#token = await this.server.token('ann');
  }

  /** Starts a server on the same data with a consumer of this name. */
  async configure(consumer: string, from: 'start' | 'now'): Promise<void> {
    const hook = { use: 'webhook', url: this.receiver.url, secret: 'sixteen characters', from };
    const differences: Differences = {
      guards: { words: { use: 'word-list', words: ['drat'], action: 'mask' } },
      consumers: { [consumer]: { ...hook, retryFrom: '50ms', retryMax: '100ms', tries: 100 } },
    };
    this.#server = new ServerProcess(this.folder, './data/auth.key', differences);
    await this.server.start();
  }

  /** Sends, and waits for every answer. */
  async talk(): Promise<void> {
    await this.#device.connect('tcp', this.server.addresses, this.#token);
    const body = new TextEncoder().encode('oh drat');
    const sent = Array.from({ length: perRound }, (_, at) =>
      this.#device.send(conversations[at % conversations.length]!, { type: 'send', body }),
    );
    for (const command of sent) {
      const answer = await this.#device.answerTo(command);
      assert.equal(answer.type, 'accepted');
      const { conversation, position, id } = answer;
      this.accepted.push(`${conversation} ${position} ${id}`);
    }
  }

  /** Kills the server while the webhook's answer number `count` is due, or just out. */
  async killAt(count: number, how: 'before' | 'after'): Promise<void> {
    const { receiver, server } = this;
    let left = count;
    const middle = new Promise<void>((resolve) => {
      receiver.answer = (response) => {
        left -= 1;
        if (left > 0 || how === 'after') response.writeHead(204).end();
        if (left > 0) return;
        receiver.hang();
        if (how === 'after') response.on('finish', resolve);
        else resolve();
      };
    });
    await this.talk();
    await middle;
    await server.kill();
    await this.#device.gone();
    receiver.answer = withStatus(204);
  }

  /** Everything that was taken, each entry once, in the order of its first time. */
  get firsts(): readonly string[] {
    const taken = new Set(this.receiver.taken);
    const found = new Set<string>();
    for (const { body } of this.receiver.received) {
      const name = `${String(body['conversation'])} ${String(body['position'])}`;
      if (taken.has(name)) found.add(`${name} ${String(body['id'])}`);
    }
    return [...found];
  }

  missing(): readonly string[] {
    const taken = new Set(this.firsts);
    return this.accepted.filter((one) => !taken.has(one));
  }

  async clear(): Promise<void> {
    this.#device.connection?.cut();
    await this.#server?.kill();
    await this.receiver.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Positions of one conversation among what was taken. */
function positionsOf(taken: readonly string[], conversation: string): readonly number[] {
  return taken
    .map((one) => one.split(' '))
    .filter(([name]) => name === conversation)
    .map(([, position]) => Number(position));
}

describe('a webhook, and kill -9 in the middle of its deliveries', function () {
  this.timeout(120_000);
  let rig: EffectsRig;
  beforeEach(async () => {
    rig = new EffectsRig();
    await rig.begin();
  });
  afterEach(() => rig.clear());

  it(`${rounds} times: every accepted entry comes, in order, none is skipped`, async () => {
    for (let round = 0; round < rounds; round += 1) {
      await rig.killAt(7 + round * 5, round % 2 === 0 ? 'before' : 'after');
      await rig.server.start();
    }
    await until(() => rig.missing().length === 0, 'everything has come', drainMs);
    const { taken, received } = rig.receiver;
    const expected = (rounds * perRound) / conversations.length;
    for (const conversation of conversations) {
      assert.deepEqual(
        positionsOf(rig.firsts, conversation),
        Array.from({ length: expected }, (_, at) => at + 1),
      );
    }
    assert.equal(rig.firsts.length, rig.accepted.length);
    assert.ok(taken.length > rig.accepted.length, 'some came again: the kills met deliveries');
    assert.ok(received.every(({ body }) => body['text'] === 'oh ****'));
    await rig.server.stop();
  });

  it('is a rig that notices what is skipped', async () => {
    await rig.killAt(7, 'before');
    await rig.configure('other', 'now');
    await rig.talk();
    const last = rig.accepted.at(-1)!;
    await until(() => rig.firsts.includes(last), 'the newest has come', drainMs);
    assert.ok(rig.missing().length > 0);
  });
});
