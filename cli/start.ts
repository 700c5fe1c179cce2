/** `im start`, `im sequencer` and `im gateway`: run until they are told to stop. */
import type { Part } from '../core/main.ts';
import { report } from './report.ts';
import type { Io } from './io.ts';

export async function start(options: { config: string }, part: Part, io: Io): Promise<number> {
  try {
    const { run } = await import('../core/main.ts');
    return await run(options.config, part);
  } catch (error) {
    return report(error, io);
  }
}
