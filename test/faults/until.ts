/** Waits for what somebody else brings about. */
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 10;

/** Resolves when nothing is left; else to what is left after `limitMs`. */
export async function leftAfter(
  limitMs: number,
  left: () => string | undefined,
): Promise<string | undefined> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const open = left();
    if (open === undefined || performance.now() > endMs) return open;
    await pause(LOOK_EVERY_MS);
  }
}

/** Throws if it does not come about in time. */
export async function until(what: string, limitMs: number, holds: () => boolean): Promise<void> {
  const left = await leftAfter(limitMs, () => (holds() ? undefined : what));
  if (left !== undefined) throw new Error(`after ${limitMs / 1000} s: ${left}`);
}
