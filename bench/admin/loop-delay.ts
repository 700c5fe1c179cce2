/**
 * For `node --import`: how late the event loop was, noted from SIGUSR2 on, and written at the end
 * to the file that `IM_LOOP_DELAY` names, in ms.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface LoopDelay {
  readonly p99: number;
  readonly max: number;
}

const RESOLUTION_MS = 10;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
process.on('SIGUSR2', () => delay.enable());
process.once('exit', () => {
  const told: LoopDelay = { p99: late(delay.percentile(99)), max: late(delay.max) };
  writeFileSync(process.env['IM_LOOP_DELAY'] ?? '', JSON.stringify(told));
});

/** It tells the time from one look to the next. */
function late(ns: number): number {
  return Math.max(0, ns / 1e6 - RESOLUTION_MS);
}
