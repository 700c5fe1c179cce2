/** A real server in a process of its own, started as an operator starts it. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { localToken } from '../../cli/local-token.ts';

const root = join(import.meta.dirname, '..', '..');
const launcher = ['--conditions=im-src', join(root, 'bin', 'im.js')];
const outputMaxChars = 65_536;
const startMs = 20_000;
const stopMs = 20_000;

/** Blocks of the configuration that differ from the one below. */
export type Differences = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A configuration with both transports on free ports; YAML reads JSON. */
function configuration(keyFile: string, differences: Differences): string {
  const usual: Differences = {
    node: { name: 'im-test', data: './data' },
    transports: {
      tcp: { use: 'tcp-tlv', listen: '127.0.0.1:0' },
      web: { use: 'websocket', listen: '127.0.0.1:0', path: '/im' },
    },
    persistence: { use: 'sqlite', file: './data/im.db' },
    authentication: { use: 'jwt', secretFile: keyFile },
    log: { level: 'info' },
    limits: {},
  };
  const all = { ...usual };
  for (const [block, values] of Object.entries(differences))
    all[block] = { ...usual[block], ...values };
  return JSON.stringify(all, undefined, 2);
}

/** What `im` is told to run: a whole node, only its sequencer, or only a gateway to nodes. */
export type Verb = 'start' | 'sequencer' | 'gateway';
/**
 * So many addresses it prints, with the transports of the configuration above. A node that has a
 * gateway prints one more, last.
 */
const ADDRESSES: Readonly<Record<Verb, number>> = { start: 2, sequencer: 1, gateway: 3 };

export class ServerProcess {
  readonly folder: string;
  readonly configFile: string;
  /** What it printed, both streams. */
  output = '';
  addresses: readonly string[] = [];
  /** Hears each whole line of its log. */
  onLine: (line: string) => void = () => {};
  /** What the next start finds in its environment besides ours. */
  environment: Readonly<Record<string, string>> = {};
  /** What the next start is run by, such as `ip netns exec NAME`; it must become the server. */
  runBy: readonly string[] = [];
  readonly #verb: Verb;
  #child: ChildProcessByStdio<null, Readable, Readable> | undefined;
  /** Resolves to the exit code or the signal when the process of the last `start` is gone. */
  exited: Promise<string> = Promise.resolve('');

  /** `folder` is an empty one that the caller removes in the end. Nothing runs before `start`. */
  constructor(
    folder: string,
    keyFile: string,
    differences: Differences = {},
    verb: Verb = 'start',
  ) {
    this.folder = folder;
    this.#verb = verb;
    this.configFile = join(folder, 'im.config.yaml');
    writeFileSync(this.configFile, configuration(keyFile, differences));
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it has printed its addresses; rejects, with its output, if it ends before. */
  async start(): Promise<void> {
    const own = [process.execPath, ...launcher, this.#verb, '--config', this.configFile];
    const [program = '', ...args] = [...this.runBy, ...own];
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.environment },
    });
    this.#child = child;
    this.output = '';
    this.exited = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        this.#child = undefined;
        resolve(signal ?? String(code));
      });
    });
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`the server did not listen within ${startMs} ms\n${this.output}`));
      }, startMs);
      const read = (text: string): void => {
        this.output = (this.output + text).slice(-outputMaxChars);
        const listening = this.output.matchAll(/^listening (\S+)$/gm);
        this.addresses = Array.from(listening, ([, address = '']) => address);
        if (this.addresses.length < ADDRESSES[this.#verb]) return;
        clearTimeout(limit);
        resolve();
      };
      child.stdout.setEncoding('utf8').on('data', read);
      createInterface(child.stderr).on('line', (line) => {
        this.output = `${this.output}${line}\n`.slice(-outputMaxChars);
        this.onLine(line);
      });
      child.on('close', (code, signal) => {
        clearTimeout(limit);
        const how = signal ?? code;
        reject(new Error(`the server ended with ${how} before it listened\n${this.output}`));
      });
    });
  }

  /** SIGKILL: nothing of it goes on. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.exited;
  }

  /** SIGTERM; rejects unless it ends with 0 in time. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.kill('SIGTERM');
    const limit = setTimeout(() => child.kill('SIGKILL'), stopMs);
    const how = await this.exited;
    clearTimeout(limit);
    if (how !== '0') throw new Error(`the server ended with ${how}, not 0\n${this.output}`);
  }

  /** A token as `im token` prints it; made here, as a process for each costs half a second. */
  token(user: string): Promise<string> {
    return localToken(this.configFile, user);
  }
}
