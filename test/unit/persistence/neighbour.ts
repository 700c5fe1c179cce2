/** Another process on a test's sqlite file, to be killed, or stopped while it writes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { until } from '../../kit/quiet-host.ts';
import type { Folder } from './folder.ts';
import { NODE } from './folder.ts';

const OWNER = new URL('./owner.ts', import.meta.url).pathname;
/** A stop lands in a write nearly every time. */
const STOPS_MAX = 200;

/** True if nobody may write the file now. */
export function isLocked(file: string): boolean {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    db.close();
  }
}

export class Neighbour implements AsyncDisposable {
  readonly node: string;
  readonly #file: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #lines = 0;
  life = '';
  /** The highest position that it was told of. */
  acknowledged = 0;

  constructor(folder: Folder, node: string, leaseMs: number) {
    this.node = node;
    this.#file = folder.file;
    const args = ['--conditions=im-src', OWNER, folder.file, node, `${leaseMs}`];
    this.#child = spawn(NODE, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#ended = once(this.#child, 'exit');
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.#lines += 1;
      if (this.life === '') this.life = line;
      else if (line !== 'registered') this.acknowledged = Number(line);
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** By what it was ended; undefined: it runs, or stands. */
  get signal(): NodeJS.Signals | undefined {
    return this.#child.signalCode ?? undefined;
  }

  /** Until it has written something more. */
  async works(): Promise<void> {
    const before = Math.max(1, this.#lines);
    await until(() => this.#lines > before, `${this.node} writes something`, 20_000);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async hasEnded(): Promise<void> {
    await this.#ended;
  }

  #stands(): boolean {
    const tasks = readdirSync(`/proc/${this.pid}/task`);
    return tasks.every((task) => {
      const stat = readFileSync(`/proc/${this.pid}/task/${task}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
    });
  }

  /** Stops it in the middle of a transaction. */
  async stopInWrite(): Promise<void> {
    for (let stops = 0; stops < STOPS_MAX; stops += 1) {
      this.#child.kill('SIGSTOP');
      await until(() => this.#stands(), 'all its threads stand');
      if (isLocked(this.#file)) return;
      this.#child.kill('SIGCONT');
      await this.works();
    }
    throw new Error(`no stop of ${STOPS_MAX} landed in a write`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
