/** The chat, with and without somebody who watches, by turns. */
import { chatOn } from '../run-chat.ts';
import { withSystem } from '../system.ts';
import type { Workload } from '../workload.ts';
import { blocksOf, BLOCK_TICKS, isWatched, type Block, type Tick } from './blocks.ts';
import { cpuTime } from './cpu-time.ts';
import type { Seen } from './watchers.ts';
import { Watching } from './watching.ts';

const TICK_MS = 500;
/**
 * At so many messages a second the batches of the chat are much alike, so its cost is, too; as fast
 * as it is answered, it is another by a fifth in each half second.
 */
export const STEADY_PER_SECOND = 20_000;

export interface WatchedChat {
  readonly blocks: readonly Block[];
  readonly seen: Seen;
  /** Messages lost, repeated or disordered. */
  readonly wrong: number;
}

/** `perSecond`: absent, as fast as it is answered. */
export async function watchedChat(count: number, perSecond?: number): Promise<WatchedChat> {
  const workload: Workload = {
    pairs: 50,
    window: 32,
    bodyBytes: 200,
    ...(perSecond === undefined ? {} : { perSecond }),
    warmUpMs: 5_000,
    // The first tick only begins, and timers are late now and then.
    measureMs: (count + 1) * BLOCK_TICKS * TICK_MS,
    tickMs: TICK_MS,
  };
  return await withSystem('im', async (system) => {
    const watching = new Watching(system);
    const ticks: Tick[] = [];
    const { row } = await chatOn(system, workload, (messages) => {
      const block = ticks.length / BLOCK_TICKS;
      ticks.push({ atMs: performance.now(), messages, ...cpuTime(system.server.pid) });
      const turns = Number.isInteger(block) && isWatched(block) !== isWatched(block - 1);
      if (turns) watching.turn(isWatched(block));
    });
    const seen = await watching.end();
    const wrong = row.lost + row.repeated + row.disordered;
    return { blocks: blocksOf(ticks).slice(0, count), seen, wrong };
  });
}
