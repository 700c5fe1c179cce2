/** `im start`: runs the node until it is told to stop. */
import { report } from './report.ts';
import type { Io } from './io.ts';

export async function start(options: { config: string }, io: Io): Promise<number> {
  try {
    const { run } = await import('../core/main.ts');
    return await run(options.config);
  } catch (error) {
    return report(error, io);
  }
}
