/** Processes of others, as /proc shows them. */
import { readFileSync } from 'node:fs';
import { until } from './until.ts';

const STOPS_MS = 5_000;
const ENDS_MS = 10_000;
/** Of the calls of the system, `epoll_wait` and `epoll_pwait`: there an event loop waits. */
const WAITS: Readonly<Record<string, readonly string[]>> = { x64: ['232', '281'], arm64: ['22'] };

/** One letter, as in `ps`; undefined: there is no such process. */
function stateOf(pid: number): string | undefined {
  try {
    return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function isGone(pid: number): boolean {
  const state = stateOf(pid);
  return state === undefined || state === 'Z' || state === 'X';
}

/** `t` is how a traced one stands still. */
function standsStill(pid: number): boolean {
  return isGone(pid) || /[Tt]/.test(stateOf(pid) ?? 'T');
}

/** Nothing happens to one that is gone. */
export function signal(pid: number, name: NodeJS.Signals): void {
  if (!isGone(pid)) process.kill(pid, name);
}

/** SIGSTOP: when it resolves, its main thread does nothing more. */
export async function freeze(pid: number): Promise<void> {
  signal(pid, 'SIGSTOP');
  await until(`process ${pid} stands still`, STOPS_MS, () => standsStill(pid));
}

/** Of one that stands still: its main thread has nothing to do. True also where nobody can tell. */
export function isIdle(pid: number): boolean {
  const waits = WAITS[process.arch];
  if (waits === undefined) return true;
  try {
    const [call = ''] = readFileSync(`/proc/${pid}/syscall`, 'utf8').split(' ');
    return waits.includes(call);
  } catch {
    return true;
  }
}

/** Resolves when none of them holds anything any more. */
export async function allGone(pids: readonly number[]): Promise<void> {
  await until(`the end of ${pids.join(', ')}`, ENDS_MS, () => pids.every(isGone));
}
