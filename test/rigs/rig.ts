/** Traffic against a real server that is ended in the middle, again and again. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Delivery, Result } from '../../core/wire/frames.ts';
import { Device } from '../scenes/device.ts';
import { ServerProcess, type Differences } from '../scenes/server-process.ts';
import { checkLog } from './check-log.ts';
import { Courier } from './courier.ts';

const members = new Map([
  ['d/ann/bob', ['ann', 'bob']],
  ['g/tea', ['ann', 'bob', 'cat']],
]);

/** A server, three couriers on three kinds of connection, and what they hold against the log. */
export class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'im-kill-'));
  readonly server: ServerProcess;
  readonly couriers = [
    new Courier('ann', 'tcp', ['d/ann/bob', 'g/tea']),
    new Courier('bob', 'websocket', ['d/ann/bob', 'g/tea']),
    new Courier('cat', 'websocket json', ['g/tea']),
  ];
  readonly tokens = new Map<string, string>();

  constructor(differences: Differences) {
    this.server = new ServerProcess(this.folder, './data/auth.key', differences);
  }

  /** Starts, and makes the group with a device that sends nothing else. */
  async begin(): Promise<void> {
    await this.server.start();
    for (const { user } of this.couriers) this.tokens.set(user, await this.server.token(user));
    const maker = new Device('ann', 'maker');
    await maker.connect('tcp', this.server.addresses, this.tokens.get('ann') ?? '');
    const command = maker.send('g/tea', {
      type: 'act',
      action: 'group.create',
      user: ['bob', 'cat'],
    });
    assert.equal((await maker.answerTo(command)).type, 'accepted');
    maker.live.send({ type: 'bye' });
    await maker.gone();
  }

  async connect(): Promise<void> {
    for (const courier of this.couriers)
      await courier.connect(this.server.addresses, this.tokens.get(courier.user) ?? '');
  }

  /** Traffic until this many answers have come, then the end, with a window in flight each. */
  async round(answers: number, how: 'kill' | 'stop' = 'kill'): Promise<void> {
    for (const courier of this.couriers) courier.producing = true;
    let left = answers;
    const enough = new Promise<void>((resolve) => {
      for (const courier of this.couriers)
        courier.onAnswer = () => {
          if (left-- <= 0) resolve();
        };
    });
    await this.connect();
    const ended = this.server.exited.then((how) => {
      throw new Error(`the server ended by itself with ${how}\n${this.server.output}`);
    });
    await Promise.race([enough, ended]);
    await this.server[how]();
    for (const courier of this.couriers) await courier.gone();
    for (const courier of this.couriers) courier.producing = false;
    await this.server.start();
  }

  /** Waits until nothing is open, then reads everything back and checks it. */
  async breaches(): Promise<string[]> {
    for (const courier of this.couriers) courier.producing = false;
    await this.connect();
    for (const courier of this.couriers)
      await courier.connection?.until(
        'the last answer',
        () => courier.unanswered === 0 || undefined,
      );
    const logs = new Map<string, Delivery[]>();
    for (const conversation of members.keys())
      logs.set(conversation, await this.#read(conversation));
    for (const courier of this.couriers) await this.#drained(courier, logs);
    return [
      ...this.couriers.flatMap(({ user, contradictions }) =>
        contradictions.map((one) => `${user}: ${one}`),
      ),
      ...checkLog({
        sent: this.couriers.flatMap(({ sent }) => sent),
        logs,
        delivered: new Map(this.couriers.map(({ user, delivered }) => [user, delivered])),
        members,
      }),
    ];
  }

  async #drained(courier: Courier, logs: ReadonlyMap<string, readonly Delivery[]>): Promise<void> {
    for (const [conversation, log] of logs) {
      if (!members.get(conversation)?.includes(courier.user)) continue;
      const last = log.findLast(({ from }) => from !== courier.user)?.position ?? 0;
      await courier.connection?.until(
        `${conversation} ${last}`,
        () =>
          last === 0 ||
          courier.delivered.some(
            (one) => one.conversation === conversation && one.position >= last,
          ) ||
          undefined,
      );
    }
  }

  /** The whole history, page by page, with a device of its own. */
  async #read(conversation: string): Promise<Delivery[]> {
    const reader = new Device('ann', 'reader');
    await reader.connect('tcp', this.server.addresses, this.tokens.get('ann') ?? '');
    const all: Delivery[] = [];
    for (let page: Result<'history'> | undefined; !page || page.more === 1;) {
      const after = all.at(-1)?.position ?? 0;
      page = await reader.ask('history', { conversation, after, limit: 500 });
      if (page.item.length === 0 && page.more === 1) throw new Error('an empty page, and more');
      all.push(...page.item);
    }
    reader.live.cut();
    await reader.gone();
    return all;
  }

  async clear(): Promise<void> {
    for (const { connection } of this.couriers) connection?.cut();
    await this.server.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
