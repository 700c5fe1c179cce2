/** Looks again and again, until nobody reads it any more, or the process is interrupted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, type Io } from './io.ts';
import { report } from './report.ts';

/** Who watches wants to see that what is away is back, too: a look that fails is told. */
export async function watch(
  look: () => Promise<unknown>,
  everyMs: number,
  { json }: { readonly json?: boolean },
  io: Io,
): Promise<number> {
  const isOver = (): boolean => io.end?.aborted === true;
  while (!isOver()) {
    await look().catch((error: unknown) => !isOver() && report(error, io));
    await sleep(everyMs, undefined, { signal: io.end }).catch(() => undefined);
    if (json !== true && !isOver()) io.out('');
  }
  return EXIT.ok;
}
