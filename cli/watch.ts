/** Looks again and again, until nobody reads it any more, or the process is interrupted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AdminProblem } from '../core/admin/client/admin-problem.ts';
import { outlookOf } from '../core/admin/client/outlook.ts';
import { EXIT, type Io } from './io.ts';
import { report } from './report.ts';

/**
 * Who watches wants to see that what is away is back, too: a look that fails is told. What is
 * refused each time, such as a wrong token, ends it with the exit code of that.
 */
export async function watch(
  look: () => Promise<unknown>,
  everyMs: number,
  { json }: { readonly json?: boolean },
  io: Io,
): Promise<number> {
  const isOver = (): boolean => io.end?.aborted === true;
  while (!isOver()) {
    try {
      await look();
    } catch (error) {
      if (isOver()) break;
      const code = report(error, io);
      if (error instanceof AdminProblem && outlookOf(error) === 'never') return code;
    }
    await sleep(everyMs, undefined, { signal: io.end }).catch(() => undefined);
    if (json !== true && !isOver()) io.out('');
  }
  return EXIT.ok;
}
