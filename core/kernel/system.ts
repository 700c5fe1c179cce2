/** The machine's own time and chance: the only place in core that touches them. */
import { randomFillSync } from 'node:crypto';
import type { Cancel, Clock, Random } from '../contract/index.ts';

/** What a timer of Node can wait for at once; above it, it would fire immediately. */
const timerMaxMs = 2 ** 31 - 1;
/** Octets drawn at once: one call for many small draws. */
const poolBytes = 8192;

/** Delays above 2^31-1 ms are waited for in pieces. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after: waitInPieces,
    soon: (run) => void setImmediate(run),
  };
}

function waitInPieces(delayMs: number, run: () => void): Cancel {
  let leftMs = Math.max(0, delayMs);
  let timer: NodeJS.Timeout | undefined;
  const step = (): void => {
    const pieceMs = Math.min(leftMs, timerMaxMs);
    leftMs -= pieceMs;
    timer = setTimeout(leftMs > 0 ? step : run, pieceMs);
  };
  step();
  return () => clearTimeout(timer);
}

/**
 * Unpredictable numbers and octets, drawn from the system in larger pieces; what was handed out is
 * wiped.
 */
export function systemRandom(): Random {
  const pool = new Uint8Array(poolBytes);
  const view = new DataView(pool.buffer);
  let used = poolBytes;

  const take = (length: number): number => {
    if (used + length > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    used += length;
    return used - length;
  };
  return {
    next() {
      const at = take(8);
      const high = view.getUint32(at) >>> 6;
      const low = view.getUint32(at + 4) >>> 5;
      pool.fill(0, at, at + 8);
      return (high * 2 ** 27 + low) / 2 ** 53;
    },
    bytes(length) {
      if (length > poolBytes) return randomFillSync(new Uint8Array(length));
      const at = take(length);
      const octets = pool.slice(at, at + length);
      pool.fill(0, at, at + length);
      return octets;
    },
  };
}
