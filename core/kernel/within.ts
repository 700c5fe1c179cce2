/** Waiting with a limit, on the host's clock. */
import type { Clock } from '../contract/index.ts';

/**
 * Resolves to true once `work` settled, either way, or to false after `limitMs`. Never rejects: the
 * outcome is read from `work` itself. No timer outlives it.
 */
export function settledWithin(
  clock: Clock,
  limitMs: number,
  work: Promise<unknown>,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const cancel = clock.after(limitMs, () => resolve(false));
  const settled = (): void => {
    cancel();
    resolve(true);
  };
  void work.then(settled, settled);
  return promise;
}
