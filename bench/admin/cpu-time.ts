/**
 * How long a process was on a core, in ms. Linux tells it to the nanosecond for each thread:
 * https://docs.kernel.org/scheduler/sched-stats.html, `/proc/PID/schedstat`.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface CpuTime {
  /** The thread of its event loop. */
  readonly loopMs: number;
  readonly allMs: number;
}

export function cpuTime(pid: number): CpuTime {
  const threads = readdirSync(`/proc/${pid}/task`);
  const allMs = threads.reduce((sum, thread) => sum + threadMs(pid, thread), 0);
  return { loopMs: threadMs(pid, String(pid)), allMs };
}

function threadMs(pid: number, thread: string): number {
  try {
    const [ran] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(ran) / 1e6;
  } catch {
    // It has just ended.
    return 0;
  }
}
