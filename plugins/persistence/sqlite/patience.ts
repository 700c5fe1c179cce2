/** Waits for other processes that use the file, within bounds. */
import { faultOf } from './faults.ts';

/**
 * How long the start of one of several nodes waits for the others: while two make one file, each
 * may be kept up by a disk that syncs slowly.
 */
export const START_WAIT_MS = 5_000;
/** Between two tries: short, as another who writes without end leaves only short gaps. */
export const TRY_EVERY_MS = 1;

const still = new Int32Array(new SharedArrayBuffer(4));

/** Tries again while the file is busy, and holds the thread up meanwhile; then throws that. */
export function patiently<T>(limitMs: number, act: () => T): T {
  const end = performance.now() + limitMs;
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (faultOf(error) !== 'busy' || performance.now() > end) throw error;
      Atomics.wait(still, 0, 0, TRY_EVERY_MS);
    }
  }
}
