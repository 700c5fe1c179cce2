/** The real clock and real chance: the only file of the client that touches them. */
import type { Cancel, ClientClock, ClientRandom } from './clock.ts';

/** The longest delay that a platform timer takes; longer ones are made of several. */
const TIMER_MAX_MS = 2_147_483_647;

interface Platform {
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
  setImmediate?(run: () => void): unknown;
  queueMicrotask(run: () => void): void;
}

const platform: Platform = globalThis;

function after(delayMs: number, run: () => void): Cancel {
  let timer: unknown;
  const arm = (leftMs: number): void => {
    const stepMs = Math.min(Math.max(leftMs, 0), TIMER_MAX_MS);
    timer = platform.setTimeout(() => {
      if (leftMs > stepMs) arm(leftMs - stepMs);
      else run();
    }, stepMs);
  };
  arm(delayMs);
  return () => platform.clearTimeout(timer);
}

/**
 * Browsers have no `setImmediate`, and slow their timers down in hidden pages; a microtask gathers
 * too.
 */
function soon(run: () => void): void {
  if (platform.setImmediate === undefined) platform.queueMicrotask(run);
  else platform.setImmediate(run);
}

export const systemClock: ClientClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after,
  soon,
};

/** Asking for chance costs the same for many octets as for few, and every id needs some. */
const POOL_BYTES = 4_096;
let pool = new Uint8Array(0);

function randomBytes(length: number): Uint8Array {
  if (length > pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(Math.max(POOL_BYTES, length)));
  }
  // Taken off the pool, so that no octet is given twice.
  const bytes = pool.slice(0, length);
  pool = pool.subarray(length);
  return bytes;
}

export const systemRandom: ClientRandom = {
  next: () => Math.random(),
  bytes: randomBytes,
};
