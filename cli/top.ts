/** `im top`: a cluster in a terminal; where there is none, one picture as plain text. */
import { setFlagsFromString } from 'node:v8';
import { AdminClient, type Target } from '../core/admin/client/admin-client.ts';
import type { Screen } from '../core/admin/verbs.ts';
import { nearest } from '../core/config/nearest.ts';
import { systemClock } from '../core/kernel/system.ts';
import { targetsOf } from './admin/target.ts';
import type { WhereOptions } from './admin/where.ts';
import { safeText } from './chat-text.ts';
import { EXIT, type Io } from './io.ts';
import { report } from './report.ts';

export interface TopOptions extends WhereOptions {
  readonly node?: string;
  readonly screen: string;
  readonly readonly?: boolean;
  readonly ascii?: boolean;
  readonly color: boolean;
  readonly once?: boolean;
}

const COLUMNS = 100;
const ROWS = 40;

export async function top(options: TopOptions, version: string, io: Io): Promise<number> {
  // What each frame leaves behind is little, and soon gone: room for it need not grow from 1 MB to
  // 32. It saves a fifth of the memory, and costs no time.
  setFlagsFromString('--semi-space-growth-factor=1');
  try {
    const { SCREENS } = await import('../tui/model/screens.ts');
    const names = SCREENS.map(({ screen }) => screen);
    const screen = names.find((name) => name === options.screen);
    if (!screen) return noScreen(options.screen, names, io);
    const targets = await targetsOf(options, io);
    return await show(options, targets, screen, version, io);
  } catch (error) {
    return report(error, io);
  }
}

function noScreen(asked: string, names: readonly Screen[], io: Io): number {
  const near = nearest(asked, names);
  const meant =
    near === undefined ? `the screens are ${names.join(', ')}` : `did you mean ${near}?`;
  io.err(`there is no screen ${asked}; ${meant}`);
  return EXIT.usage;
}

async function show(
  options: TopOptions,
  targets: readonly Target[],
  screen: Screen,
  version: string,
  io: Io,
): Promise<number> {
  const { top: run } = await import('../tui/top.ts');
  const { stdin, stdout } = process;
  const terminal = stdin.isTTY && stdout.isTTY && io.env['TERM'] !== 'dumb';
  const colourless = !options.color || (io.env['NO_COLOR'] ?? '') !== '';
  const ended = await run(
    {
      targets,
      screen,
      look: { ascii: options.ascii === true, version },
      readOnly: options.readonly === true,
      colours: !colourless,
      once: options.once === true || !terminal,
      columns: stdout.columns ?? (Number(io.env['COLUMNS']) || COLUMNS),
      rows: terminal ? stdout.rows : ROWS,
      ...(options.node !== undefined && { node: options.node }),
    },
    surroundings(),
  );
  if (ended.kind === 'printed') io.out(ended.text);
  if (ended.kind === 'done' || ended.kind === 'printed') return EXIT.ok;
  const { code, message, act } = ended.problem;
  io.err(safeText(`${code} ${message}`));
  io.err(safeText(act ?? HINTS[ended.kind]));
  return CODES[ended.kind];
}

const CODES = {
  unreachable: EXIT.unreachable,
  denied: EXIT.denied,
  refused: EXIT.failed,
} as const;

const HINTS = {
  unreachable: 'Is the node running? `im check` says whether its file is right.',
  denied: 'Give the token of an admin by --token-file.',
  refused: 'Is it a node of this version? `im overview` asks it without a stream.',
} as const;

function surroundings(): Parameters<typeof import('../tui/top.ts').top>[1] {
  const clock = systemClock();
  return {
    now: () => clock.monotonic(),
    after: (delayMs, call) => clock.after(delayMs, call),
    random: Math.random,
    connect: (target) => new AdminClient(target),
  };
}
