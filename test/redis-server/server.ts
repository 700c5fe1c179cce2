/**
 * A real Redis for tests: on a free port of 127.0.0.1, in memory alone, in a temporary folder. A
 * shell stands between and ends it when this process is gone, however it went.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { until } from 'im-kernel/kit';
import { freePort } from '../free-port.ts';
import { leaveOut } from '../reporter.ts';

const WATCHDOG = 'redis-server "$@" & echo "$!"; cat >/dev/null; kill -9 "$!"';
const readyMaxMs = 20_000;
const MISSING = 'redis-server is not installed: apt-get install redis-server';

const missing = spawnSync('redis-server', ['--version']).error !== undefined;

/** A group of tests that need redis-server; without it they count as skipped, by name. */
export const redis = {
  describe(title: string, tests: () => void): void {
    if (missing) leaveOut(title, MISSING);
    else describe(title, tests);
  },
};

export interface ServerOptions {
  readonly password?: string;
  /** Files of a certificate for 127.0.0.1: then the port speaks TLS only. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #options: ServerOptions;
  #shell: ChildProcess | undefined;
  #pid = 0;
  #lastWords = '';

  private constructor(folder: string, port: number, options: ServerOptions) {
    this.#folder = folder;
    this.port = port;
    this.#options = options;
  }

  static async make(options: ServerOptions = {}): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'im-redis-'));
    const server = new RedisServer(folder, await freePort(), options);
    await server.start();
    return server;
  }

  /** With these words before the `@`; absent: the password, if there is one. */
  url(login?: string): string {
    const { password, tls } = this.#options;
    const own = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
    return `${tls ? 'rediss' : 'redis'}://${login ?? own}127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const { password, tls } = this.#options;
    const { port } = this;
    const ports = tls
      ? ['--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'no']
      : ['--port', `${port}`];
    const files = tls ? ['--tls-cert-file', tls.cert, '--tls-key-file', tls.key] : [];
    const login = password === undefined ? [] : ['--requirepass', password];
    const memory = ['--save', '', '--appendonly', 'no', '--dir', this.#folder];
    const args = ['--bind', '127.0.0.1', ...ports, ...files, ...login, ...memory];
    const shell = spawn('sh', ['-c', WATCHDOG, 'sh', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#shell = shell;
    let said = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    shell.stderr.setEncoding('utf8').on('data', (text: string) => (this.#lastWords += text));
    const ready = (): boolean => /Ready to accept connections/.test(said);
    await until(ready, `Redis is ready; it said ${said}`, readyMaxMs).catch((error: unknown) => {
      throw new Error(`${said}${this.#lastWords}`, { cause: error });
    });
    this.#pid = Number(said.split('\n')[0]);
  }

  /** SIGSTOP: it stays connected and says nothing; SIGCONT: it goes on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.#pid, signal);
  }

  /** kill -9; `start` begins anew, with nothing remembered. */
  async kill(): Promise<void> {
    const shell = this.#shell;
    if (!shell || shell.exitCode !== null) return;
    const exited = once(shell, 'exit');
    shell.stdin?.end();
    await exited;
  }

  /** Ends a SIGSTOP and a kill alike. */
  async works(): Promise<void> {
    if (this.#shell?.exitCode === null) this.signal('SIGCONT');
    else await this.start();
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Runs one command with a connection of its own; only without TLS. */
  async run(...command: readonly string[]): Promise<unknown> {
    const client = createClient({ url: this.url(), RESP: 2 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.sendCommand([...command]);
    } finally {
      client.destroy();
    }
  }
}
