/** Faults of system calls, slipped into a running process by strace. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { missingProgram } from './shell.ts';
import { until } from './until.ts';

const ATTACHED_MS = 10_000;

function isTraced(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((task) =>
    /^TracerPid:\s+[1-9]/m.test(readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8')),
  );
}

/**
 * From now on every such call of the process ends so, without being done: `error=EIO`, or
 * `retval=0`. Resolves when all its threads are held; strace ends with the process.
 */
export async function injectFault(pid: number, calls: string, outcome: string): Promise<void> {
  const inject = `inject=${calls}:${outcome}`;
  const options = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', inject];
  const tracer = spawn('strace', [...options, '-p', String(pid)], { stdio: 'ignore' });
  let ended: string | undefined;
  tracer.on('error', (error) => (ended = error.message));
  tracer.on('exit', (code) => (ended ??= `it ended with ${code}`));
  await until('strace holds every thread', ATTACHED_MS, () => {
    // Gone already: the first failed call has ended it.
    if (!isAlive(pid)) return true;
    if (ended !== undefined) throw new Error(`strace: ${ended}`);
    return isTraced(pid);
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Why a process of ours cannot be traced here. */
export function missingTracer(): string | undefined {
  const plain = missingProgram('strace');
  if (plain !== undefined) return plain;
  const { status, stderr } = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true'], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `strace may not trace: ${stderr.trim()}`;
}
