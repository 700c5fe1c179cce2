/**
 * A program on a terminal of its own, without a window: util-linux `script` makes the terminal, and
 * a model of one shows what is on its screen.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import xterm from '@xterm/headless';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export class Pty {
  readonly #child: ChildProcess;
  /** When the program has ended. */
  readonly ended: Promise<unknown>;
  readonly #term: xterm.Terminal;
  readonly #seen = new Set<(atMs: number) => void>();

  /** `command`: for a shell. */
  constructor(command: string, { columns, rows }: Size, env: NodeJS.ProcessEnv) {
    this.#term = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    const sized = `stty cols ${columns} rows ${rows}; exec ${command}`;
    this.#child = spawn('script', ['-qefc', sized, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm-256color', ...env },
    });
    this.ended = once(this.#child, 'exit');
    this.#child.stdout?.on('data', (bytes: Buffer) => {
      const atMs = performance.now();
      this.#term.write(bytes, () => {
        for (const see of this.#seen) see(atMs);
      });
    });
  }

  /** The process that has the terminal; throws while there is none. */
  get pid(): number {
    const { pid } = this.#child;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    if (children === '') throw new Error('nothing runs on the terminal');
    return Number(children.split(' ')[0]);
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  screen(): string {
    const { active } = this.#term.buffer;
    const lines = Array.from({ length: this.#term.rows }, (_, y) => {
      return active.getLine(active.baseY + y)?.translateToString(true) ?? '';
    });
    return lines.join('\n');
  }

  /** Calls back after each piece of output, with when it came; what it returns ends that. */
  watch(see: (atMs: number) => void): () => void {
    this.#seen.add(see);
    return () => void this.#seen.delete(see);
  }

  /** When the output came that made the screen so. Rejects after `limitMs`, with the screen. */
  until(what: (screen: string) => boolean, limitMs: number): Promise<number> {
    if (what(this.screen())) return Promise.resolve(performance.now());
    return new Promise((resolve, reject) => {
      const unwatch = this.watch((atMs) => {
        if (!what(this.screen())) return;
        end();
        resolve(atMs);
      });
      const timer = setTimeout(() => {
        end();
        reject(new Error(`not on the screen within ${limitMs} ms:\n${this.screen()}`));
      }, limitMs);
      function end(): void {
        unwatch();
        clearTimeout(timer);
      }
    });
  }

  /** Ends the program; the terminal goes with it. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null) process.kill(this.pid, 'SIGTERM');
    await this.ended;
  }
}
