/**
 * A real server under attack, two friends who chat on it meanwhile, and what must hold whatever
 * comes: the same process, both friends served, memory within its bound, nothing unexpected in the
 * log.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deliver } from '../../core/wire/frames.ts';
import { Device } from '../scenes/device.ts';
import type { RawConnection, Way } from '../scenes/raw-connection.ts';
import { ServerProcess, type Differences } from '../scenes/server-process.ts';
import { runDelayMs } from './run-delay.ts';
import { ServerMetrics } from './server-metrics.ts';

const users = ['ann', 'bob', 'eve', 'mal', 'kim', 'max'];
/** Each takes some ms: together far longer than anything should. */
const settleTries = 500;
/** What no attack may bring into the log. */
export const unexpected = /"level":"error"|unhandled|uncaught|IM_BUG|MaxListeners|internal/i;

export function acknowledge(device: Device, { conversation, position }: Deliver): void {
  device.live.send({ type: 'received', upTo: [{ conversation, position }] });
}

export class Besieged {
  readonly folder = mkdtempSync(join(tmpdir(), 'im-besieged-'));
  readonly server: ServerProcess;
  readonly ann = new Device('ann', 'main');
  readonly bob = new Device('bob', 'main');
  readonly #tokens = new Map<string, string>();
  #pid: number | undefined;
  /** The event loop's longest delay that any look at the metrics has shown since this was set. */
  loopDelayMs = 0;

  constructor(limits: Readonly<Record<string, unknown>>, others: Differences = {}) {
    this.server = new ServerProcess(this.folder, './data/auth.key', { ...others, limits });
  }

  /** `tokenFor`: absent, as `im token` makes them. */
  async begin(
    tokenFor = (user: string): string | Promise<string> => this.server.token(user),
  ): Promise<void> {
    await this.server.start();
    this.#pid = this.server.pid;
    for (const user of users) this.#tokens.set(user, await tokenFor(user));
    await this.welcomed(this.ann, 'tcp');
    await this.welcomed(this.bob, 'websocket');
  }

  tokenOf(user: string): string {
    return this.#tokens.get(user) ?? assert.fail(`${user} has no token`);
  }

  async welcomed(device: Device, way: Way): Promise<RawConnection> {
    await device.connect(way, this.server.addresses, this.tokenOf(device.user));
    return device.live;
  }

  async metrics(): Promise<ServerMetrics> {
    const metrics = await ServerMetrics.of(this.server);
    this.loopDelayMs = Math.max(this.loopDelayMs, metrics.value('im_loop_delay_max_ms'));
    return metrics;
  }

  /** The metric stands at `expected` as soon as the server has noticed. */
  async settles(expected: number, name: string, label?: string): Promise<void> {
    let now = -1;
    for (let tries = 0; tries < settleTries && now !== expected; tries++)
      now = (await this.metrics()).value(name, label);
    assert.equal(now, expected, `${name} ${label ?? ''}`);
  }

  get residentKb(): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
  }

  /** One message from ann to bob, there and acknowledged; resolves to how long that took, in ms. */
  async exchange(text = 'fine?'): Promise<number> {
    const begun = performance.now();
    const body = new Uint8Array(Buffer.from(text));
    const command = this.ann.send('bob', { type: 'send', body });
    assert.equal((await this.ann.answerTo(command)).type, 'accepted');
    assert.equal((await this.#heardFrom(command.conversation)).id, command.id);
    return performance.now() - begun;
  }

  /** What bob is told next in that conversation. What strangers told the two is acknowledged. */
  async #heardFrom(conversation: string): Promise<Deliver> {
    for (const got of this.ann.inbox.splice(0)) acknowledge(this.ann, got);
    for (;;) {
      const got = await this.bob.next();
      acknowledge(this.bob, got);
      if (got.conversation === conversation) return got;
    }
  }

  /**
   * The friends chat, one message after the other, until `during` is done. The waits are in ms,
   * without the time for which the server had no core.
   */
  async chatWhile<T>(during: () => Promise<T>): Promise<{ done: T; waitsMs: number[] }> {
    const waitsMs: number[] = [];
    const end = new AbortController();
    const chat = async (): Promise<void> => {
      while (!end.signal.aborted) {
        const beforeMs = runDelayMs(this.#pid ?? 0);
        const waitMs = await this.exchange();
        waitsMs.push(Math.max(0, waitMs - (runDelayMs(this.#pid ?? 0) - beforeMs)));
      }
    };
    const ending = async (): Promise<T> => {
      try {
        return await during();
      } finally {
        end.abort();
      }
    };
    const [done] = await Promise.all([ending(), chat()]);
    return { done, waitsMs };
  }

  async expectFine(residentMaxKb: number): Promise<void> {
    await this.exchange();
    assert.equal(this.server.pid, this.#pid, 'another process');
    assert.ok(this.residentKb < residentMaxKb, `${this.residentKb} KB are resident`);
    const bad = this.server.output.split('\n').filter((line) => unexpected.test(line));
    const told = bad.filter((line) => !/"msg":"(metrics|health)"/.test(line));
    assert.deepEqual(told, []);
  }

  async clear(): Promise<void> {
    this.ann.connection?.cut();
    this.bob.connection?.cut();
    await this.server.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
