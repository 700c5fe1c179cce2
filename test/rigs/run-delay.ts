/** How long the main thread of a process was ready to run and had no core: the machine's part. */
import { readFileSync } from 'node:fs';

const nsPerMs = 1_000_000;

/** In ms, since it began: the second number of /proc/PID/schedstat. 0 where there is none. */
export function runDelayMs(pid: number): number {
  try {
    const [, waitedNs = '0'] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs) / nsPerMs;
  } catch {
    return 0;
  }
}
