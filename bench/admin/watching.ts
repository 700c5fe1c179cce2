/** The process of `watchers.ts`, told when to watch and when not. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { System } from '../system.ts';
import { adminSocket } from './socket.ts';
import type { Seen } from './watchers.ts';

export class Watching {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #told: Promise<string>;

  constructor(system: System) {
    const args = ['--conditions=im-src', join(import.meta.dirname, 'watchers.ts')];
    this.#child = spawn(process.execPath, [...args, adminSocket(system)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#told = text(this.#child.stdout);
  }

  turn(on: boolean): void {
    this.#child.stdin.write(on ? 'on\n' : 'off\n');
  }

  /** Resolves to all that came. Rejects if the process broke off. */
  async end(): Promise<Seen> {
    this.#child.stdin.end();
    return JSON.parse(await this.#told) as Seen;
  }
}
