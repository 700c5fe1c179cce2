/** Processes of others, as /proc shows them. */
import { readFileSync } from 'node:fs';
import { until } from './until.ts';

const STOPS_MS = 5_000;
const ENDS_MS = 10_000;

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

/** Resolves when none of them holds anything any more. */
export async function allGone(pids: readonly number[]): Promise<void> {
  await until(`the end of ${pids.join(', ')}`, ENDS_MS, () => pids.every(isGone));
}
