/**
 * A server under test, in its own process, and what it costs: CPU and memory as the system counts
 * them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Linux counts CPU time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

export class ServerUnderTest {
  readonly address: string;
  readonly #child: ChildProcess;

  readonly #besides: () => readonly number[];

  private constructor(address: string, child: ChildProcess, besides: () => readonly number[]) {
    this.address = address;
    this.#child = child;
    this.#besides = besides;
  }

  /**
   * Starts it and waits for `listening ADDRESS`. `besides`: processes whose CPU time counts as its
   * own, such as a database's.
   */
  static async start(
    args: readonly string[],
    cwd: string,
    besides: () => readonly number[] = () => [],
  ): Promise<ServerUnderTest> {
    const child = spawn(process.execPath, ['--conditions=im-src', ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const address = /^listening (\S+)/.exec(line)?.[1];
      if (address !== undefined) {
        child.stdout.resume();
        return new ServerUnderTest(address, child, besides);
      }
    }
    throw new Error(`${args.join(' ')} did not start`);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** User and system time of all its threads, and of the processes besides, in seconds. */
  cpuSeconds(): number {
    const pids = [this.pid, ...this.#besides()];
    return pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  }

  /** The most memory that it had resident, in MiB. */
  peakMiB(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }

  /** What it has resident now, in MiB. */
  residentMiB(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

/** 0 of a process that has ended meanwhile. */
function cpuSecondsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}
