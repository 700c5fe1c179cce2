/** A shell in a real terminal, by a tmux of its own: what is typed, and what is on the screen. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from 'im-kernel/kit';

const run = promisify(execFile);
const SEEN_MS = 20_000;
/** Linux tells times of processes in hundredths of a second. */
const TICK_MS = 10;
/** No files of whoever runs the tests; and no editing, which would write escapes of its own. */
const SHELL = ['bash', '--norc', '--noprofile', '--noediting'];

export class Tmux {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string) {
    this.#folder = folder;
    // The shell takes its PATH from here, whatever -e says.
    this.#env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  }

  /** In a folder of the test alone, where its socket is too. The prompt of the shell is `$ `. */
  static async open(
    folder: string,
    columns: number,
    rows: number,
    shell: readonly string[] = SHELL,
  ): Promise<Tmux> {
    const tmux = new Tmux(folder);
    const size = ['-x', String(columns), '-y', String(rows)];
    const own = ['-e', 'PS1=$ ', '-e', `HOME=${folder}`];
    try {
      await tmux.#tmux('new-session', '-d', ...size, '-c', folder, ...own, ...shell);
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      throw missing
        ? new Error('tmux is not installed, and this needs it', { cause: error })
        : error;
    }
    await tmux.see(/^\$/m);
    return tmux;
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    // -u: UTF-8, whatever the surroundings say.
    const all = ['-u', '-S', join(this.#folder, 'tmux'), '-f', '/dev/null', ...args];
    const { stdout } = await run('tmux', all, { env: this.#env });
    return stdout;
  }

  /** Keys by the names of tmux, such as `C-z`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  async type(line: string): Promise<void> {
    await this.#tmux('send-keys', '-l', `${line}\n`);
  }

  async screen(): Promise<string> {
    return await this.#tmux('capture-pane', '-p');
  }

  /** Resolves to the screen that is so; rejects with the last one. */
  async see(what: RegExp | ((screen: string) => boolean), limitMs = SEEN_MS): Promise<string> {
    let last = '';
    const look = async (): Promise<boolean> => {
      last = await this.screen();
      return typeof what === 'function' ? what(last) : what.test(last);
    };
    await until(look, `${String(what)} on the screen`, limitMs).catch((cause: unknown) => {
      throw new Error(`${String(cause)}\n${last}`, { cause });
    });
    return last;
  }

  /** One more window, in front until its program ends, which no shell looks after. */
  async window(command: string): Promise<void> {
    await this.#tmux('new-window', '-c', this.#folder, command);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** Whether the screen is one that gives back, at its end, what was there before. */
  async alternate(): Promise<boolean> {
    return (await this.#tell('#{alternate_on}')) === '1';
  }

  /** From now on, every byte that comes to the terminal goes to this file too. */
  async record(file: string): Promise<void> {
    await this.#tmux('pipe-pane', `cat > '${file}'`);
  }

  /** What the script in front of the shell has started. */
  async job(): Promise<number> {
    const shell = await this.#tell('#{pane_pid}');
    // man 5 proc: 3 state, 4 parent, 5 group, 8 the group in front of the terminal.
    const front = statOf(shell)[7];
    const group = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && inGroup(pid, front));
    const started = group.find((pid) => statOf(pid)[3] === front);
    if (started === undefined) throw new Error('no job is in front');
    return Number(started);
  }

  async #tell(format: string): Promise<string> {
    return (await this.#tmux('display-message', '-p', format)).trim();
  }

  async close(): Promise<void> {
    await this.#tmux('kill-server');
  }
}

function inGroup(pid: string, group: string | undefined): boolean {
  try {
    return statOf(pid)[4] === group;
  } catch {
    // It has just ended.
    return false;
  }
}

/** The fields of `/proc/PID/stat`, the first at 0; a name with spaces is one field. */
function statOf(pid: string): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.replace(/\(.*\)/s, 'name').split(' ');
}

/** Of a process, ms: how long it has kept a core busy. */
export function busyMs(pid: number): number {
  const stat = statOf(String(pid));
  return (Number(stat[13]) + Number(stat[14])) * TICK_MS;
}

/** Of a process, MB: what it has in memory now. */
export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024) / 1e6;
}
