/** What is done through the store goes on record, too: where the node of the file has its acts. */
import { join } from 'node:path';
import { Acts, ACTS_FILE } from '../core/admin/desk/acts.ts';
import type { ActView } from '../core/admin/protocol/index.ts';
import { ImError, reasonOf } from '../core/contract/index.ts';
import type { Io } from './io.ts';

/**
 * Resolves and rejects as `run` does. A record that cannot be written, as on another machine than
 * the node's, is told and keeps nobody from acting: this is the way for when nothing else answers.
 */
export async function recorded<T>(
  folder: string,
  act: Pick<ActView, 'verb' | 'input'>,
  io: Io,
  run: () => Promise<T>,
): Promise<T> {
  const acts = new Acts(join(folder, ACTS_FILE));
  const note = async (outcome: ActView['outcome'], error?: string): Promise<void> => {
    const at = Date.now();
    const line = { at, who: 'store', ...act, outcome, ...(error !== undefined && { error }) };
    await acts.note(line).catch((reason: unknown) => {
      if (outcome === 'asked') io.err(`this is not on record: ${reasonOf(reason)}`);
    });
  };
  await note('asked');
  try {
    const done = await run();
    await note('done');
    return done;
  } catch (error) {
    const isRefused = error instanceof ImError && error.code !== 'IM_ADMIN_LATE';
    await note(isRefused ? 'refused' : 'failed', reasonOf(error));
    throw error;
  }
}
