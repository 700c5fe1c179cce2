/** Processes that beat, for tests of what a store says of them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { NodeLife } from 'im-kernel/contract';
import { until } from '../../kit/quiet-host.ts';

const PROGRAM = fileURLToPath(new URL('./postgres-holder.ts', import.meta.url));

export interface Place {
  readonly url: string;
  readonly schema: string;
}

export class Holder {
  readonly #child: ChildProcess;
  #last: string | undefined;
  #beats = 0;

  constructor({ url, schema }: Place, { node, life }: NodeLife, leaseMs: number) {
    const args = ['--conditions=im-src', '--no-warnings', PROGRAM, url, schema];
    this.#child = spawn(process.execPath, [...args, node, life, String(leaseMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.#last = line;
      this.#beats += 1;
    });
  }

  /** Resolves when it has beaten once more. */
  async beaten(): Promise<void> {
    const before = this.#beats;
    await until(() => this.#beats > before && this.#last === 'beaten', 'it beats', 15_000);
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
