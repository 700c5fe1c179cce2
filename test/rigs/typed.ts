/** Commands as somebody types them: a page's `npx im …`, in a folder, with what they print. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';

const root = join(import.meta.dirname, '..', '..');
const IM = 'npx im ';
const PRINTED_MS = 30_000;

/** The commands of ours on a page, in its sequence. */
export function commandsOn(page: string): readonly string[] {
  return page.split('\n').filter((line) => line.startsWith(IM));
}

export class Typed {
  /** What it printed: its answer, and what it says besides. */
  out = '';
  err = '';
  /** Resolves to the exit code, or to the signal that ended it. */
  readonly ended: Promise<string>;
  readonly #line: string;
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(line: string, folder: string, env: Readonly<Record<string, string>> = {}) {
    const words = line.slice(IM.length).split(' ');
    const args = ['--conditions=im-src', join(root, 'bin', 'im.js'), ...words];
    this.#line = line;
    this.#child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...env } });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => resolve(signal ?? String(code)));
    });
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The end of its input, as by Ctrl-D. */
  end(): Promise<string> {
    this.#child.stdin.end();
    return this.ended;
  }

  signal(how: NodeJS.Signals): Promise<string> {
    this.#child.kill(how);
    return this.ended;
  }

  /** Rejects, with all that it printed, if it does not print it in time. */
  async prints(text: string): Promise<void> {
    const isThere = (): boolean => this.out.includes(text);
    await until(isThere, `"${text}" of ${this.#line}`, PRINTED_MS).catch((cause: unknown) => {
      throw new Error(`${String(cause)}\n${this.out}\n${this.err}`, { cause });
    });
  }
}

/** Ports of this machine that were free a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}
