/**
 * A real PostgreSQL for tests, from the npm package: made in a temporary folder, on a free port of
 * 127.0.0.1, and removed at the end. As root it runs as `nobody`, because it refuses to be root's.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { appendFile, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { reasonOf } from 'im-kernel/contract';
import { freePort } from '../free-port.ts';
import { until } from '../kit/quiet-host.ts';
import { findBinaries, type Binaries } from './binaries.ts';
import { FOLDER_PREFIX, OWNER_FILE, removeLeftovers } from './leftovers.ts';

const NOBODY = 65_534;
const PASSWORD = 'a test only';
/** A start after a crash replays the log; on a busy machine that takes its time. */
const readyMaxMs = 60_000;
const lastWordsMax = 4_000;

export interface ServerOptions {
  /** The folder to make it in, open to all who pass through; default: that for temporary files. */
  readonly parent?: string;
  /** The size of a file of its write-ahead log, in MiB; default: PostgreSQL's own. */
  readonly walFileMiB?: number;
  /** An address besides 127.0.0.1 where it listens, to everybody who has the password. */
  readonly host?: string;
  /** Further settings of the server, such as `jit=off`. */
  readonly settings?: readonly string[];
}

/** How the server ends: in order, at once without a checkpoint, or not even told. */
export type Ending = 'fast' | 'immediate' | 'kill';
const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const;

function runAs(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #binaries: Binaries;
  readonly #settings: readonly string[];
  readonly #host: string | undefined;
  #child: ChildProcess | undefined;
  #lastWords = '';

  readonly #takeAlong = (): void => void this.#child?.kill('SIGQUIT');

  private constructor(
    folder: string,
    port: number,
    binaries: Binaries,
    settings: readonly string[],
    host: string | undefined,
  ) {
    this.#folder = folder;
    this.port = port;
    this.#binaries = binaries;
    this.#settings = settings;
    this.#host = host;
  }

  /** Rejects with what the programs said when they cannot do it here. */
  static async make(options: ServerOptions = {}): Promise<PostgresServer> {
    const { parent = tmpdir(), walFileMiB = 16, settings = [], host } = options;
    await removeLeftovers();
    const binaries = await findBinaries(runAs().uid !== undefined);
    const folder = await mkdtemp(join(parent, FOLDER_PREFIX));
    await writeFile(join(folder, OWNER_FILE), String(process.pid));
    if (runAs().uid !== undefined) await chown(folder, NOBODY, NOBODY);
    const server = new PostgresServer(folder, await freePort(), binaries, settings, host);
    try {
      await server.#init(walFileMiB);
      await server.start();
      return server;
    } catch (error) {
      await server.remove();
      throw error;
    }
  }

  url(database: string, user = 'postgres', password = PASSWORD): string {
    return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`;
  }

  get folder(): string {
    return this.#folder;
  }
  get #data(): string {
    return join(this.#folder, 'data');
  }

  /** The server's processes now: the first one and its children. */
  pids(): readonly number[] {
    const pid = this.#child?.pid;
    if (pid === undefined) return [];
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return [pid, ...children.trim().split(' ').filter(Boolean).map(Number)];
  }

  async #init(walFileMiB: number): Promise<void> {
    const passwordFile = join(this.#folder, 'password');
    await writeFile(passwordFile, PASSWORD, { mode: 0o644 });
    // What is made here is to outlive crashes of the server, and not of the machine.
    const quick = ['--no-sync', '--no-instructions'];
    const flags = ['--locale=C', '--encoding=UTF8', '--data-checksums', '--username=postgres'];
    const access = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const child = this.#spawn(this.#binaries.initdb, [
      `--pgdata=${this.#data}`,
      `--wal-segsize=${walFileMiB}`,
      ...quick,
      ...flags,
      ...access,
    ]);
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`initdb ended with ${code}: ${this.#lastWords}`);
    if (this.#host === undefined) return;
    await appendFile(join(this.#data, 'pg_hba.conf'), 'host all all all scram-sha-256\n');
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, {
      ...runAs(),
      cwd: this.#folder,
      env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#lastWords = (this.#lastWords + text).slice(-lastWordsMax);
      });
    }
    child.on('error', (error) => {
      this.#lastWords += `\n${error.message}`;
    });
    return child;
  }

  /** Starts it, again after an end of any kind. Resolves when it lets one in. */
  async start(): Promise<void> {
    await this.#outliveOld();
    const settings = [
      `port=${this.port}`,
      `listen_addresses=${['127.0.0.1', this.#host].filter(Boolean).join(',')}`,
      'unix_socket_directories=',
      'max_connections=60',
      'shared_buffers=64MB',
      ...this.#settings,
    ].flatMap((setting) => ['-c', setting]);
    const child = this.#spawn(this.#binaries.postgres, ['-D', this.#data, ...settings]);
    this.#child = child;
    // Should this process end without a word, it takes the server with it.
    process.once('exit', this.#takeAlong);
    child.once('exit', () => {
      process.off('exit', this.#takeAlong);
      if (this.#child === child) this.#child = undefined;
    });
    await until(
      async () => this.#child !== child || (await this.#letsIn()),
      'PostgreSQL lets one in',
      readyMaxMs,
    );
    if (this.#child !== child) throw new Error(`postgres ended at its start: ${this.#lastWords}`);
  }

  /** After a kill -9 its children may still hold the shared memory for a moment. */
  async #outliveOld(): Promise<void> {
    const text = await readFile(join(this.#data, 'postmaster.pid'), 'utf8').catch(() => '');
    const shared = Number(text.split('\n')[6]?.trim().split(/\s+/)[1]);
    const free = async (): Promise<boolean> => !(await sharedMemoryInUse(shared));
    await until(free, 'the end of the children of the killed server', readyMaxMs);
  }

  async #letsIn(): Promise<boolean> {
    return await queryAt(this.url('postgres'), 'SELECT').then(
      () => true,
      () => false,
    );
  }

  /** A setting for all databases, from now on. */
  async set(setting: string, value: string): Promise<void> {
    const reload = 'SELECT pg_reload_conf()';
    await queryAt(this.url('postgres'), `ALTER SYSTEM SET ${setting} = '${value}'`, reload);
    const shows = async (): Promise<boolean> => {
      const [row] = await queryAt(this.url('postgres'), `SHOW ${setting}`);
      return (row as Record<string, string>)[setting] === value;
    };
    await until(shows, `${setting} is ${value}`);
  }

  /** From now on it speaks TLS too, with this certificate. */
  async speakTls(cert: string, key: string): Promise<void> {
    const { uid = process.getuid?.() ?? 0, gid = process.getgid?.() ?? 0 } = runAs();
    for (const [from, name] of [[cert, 'server.crt'] as const, [key, 'server.key'] as const]) {
      const to = join(this.#data, name);
      await writeFile(to, await readFile(from), { mode: 0o600 });
      await chown(to, uid, gid);
    }
    await this.set('ssl', 'on');
  }

  async stop(ending: Ending): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill(SIGNALS[ending]);
    await exited;
  }

  /** Starts it again as a hot standby of nobody: it writes nothing until `pg_promote()`. */
  async becomeStandby(): Promise<void> {
    await this.stop('fast');
    await writeFile(join(this.#data, 'standby.signal'), '');
    await this.start();
  }

  /** Ends it and removes everything. */
  async remove(): Promise<void> {
    await this.stop('fast');
    await rm(this.#folder, { recursive: true, force: true });
    const { copied } = this.#binaries;
    if (copied !== undefined) await rm(copied, { recursive: true, force: true });
  }
}

/** Runs statements at a url, one after the other, each on its own; the last one's rows. */
export async function queryAt(url: string, ...texts: readonly string[]): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const text of texts) rows = (await client.query(text)).rows as unknown[];
    return rows;
  } catch (error) {
    throw new Error(`${reasonOf(error)} in ${texts.join('; ')}`, { cause: error });
  } finally {
    await client.end();
  }
}

/** Of System V, by its id, as Linux shows it: how many processes are attached. */
async function sharedMemoryInUse(id: number): Promise<boolean> {
  const text = await readFile('/proc/sysvipc/shm', 'utf8').catch(() => '');
  const line = text.split('\n').find((each) => Number(each.trim().split(/\s+/)[1]) === id);
  return line !== undefined && Number(line.trim().split(/\s+/)[6]) > 0;
}
