/** A program on a terminal of the system, and what stands on that terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import xterm from '@xterm/headless';
import { until } from 'im-kernel/kit';
import { strangersEnvironment } from './run.ts';

const COLUMNS = 80;
const ROWS = 24;
const SEEN_MS = 30_000;

export interface OnTerminal {
  /** Resolves to the screen that is so; rejects with the last one. */
  see(what: RegExp): Promise<string>;
  type(keys: string): void;
  /** Takes the terminal away, if it is still there. */
  close(): void;
  /** The code that it ends with, and the screen as it leaves it. */
  end(): Promise<{ readonly code: number; readonly screen: string }>;
}

/** `line` is the shell's. The terminal is made by `script`, which Debian always has. */
export function onTerminal(cwd: string, line: string): OnTerminal {
  const sized = `stty cols ${COLUMNS} rows ${ROWS}; exec ${line}`;
  const env = { ...strangersEnvironment(), TERM: 'xterm-256color', SHELL: '/bin/sh' };
  const child = spawn('script', ['-qfec', sized, '/dev/null'], { cwd, env });
  const model = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  child.stdout.on('data', (bytes: Buffer) => model.write(bytes));
  const ended = once(child, 'close') as Promise<[number]>;
  const screen = (): string => {
    const { active } = model.buffer;
    const rows = Array.from({ length: ROWS }, (_, i) => active.getLine(active.baseY + i));
    return rows.map((row) => row?.translateToString(true) ?? '').join('\n');
  };
  return {
    see: async (what) => {
      await until(() => what.test(screen()), String(what), SEEN_MS).catch((cause: unknown) => {
        throw new Error(`${String(cause)}\n${screen()}`, { cause });
      });
      return screen();
    },
    close: () => void child.kill('SIGKILL'),
    type: (keys) => void child.stdin.write(keys),
    end: async () => {
      const [code] = await ended;
      await new Promise<void>((resolve) => model.write('', resolve));
      return { code, screen: screen() };
    },
  };
}
