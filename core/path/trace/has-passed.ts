/** Whether a consumer's place lies behind an entry. */
import type { Entry, Persistence } from '../../contract/index.ts';
import type { Place } from '../consumer-cursors.ts';
import type { TracedConsumer } from './trace.ts';

/** A consumer that is further behind is not read after. */
const PAGES_MAX = 8;
const PAGE = 128;

/**
 * Reads on from the place: what comes next of the conversation tells, since positions ascend along
 * a shard's log. Rejects as the store does.
 */
export async function hasPassed(
  persistence: Persistence,
  shard: number,
  place: Place,
  { conversation, position }: Entry,
): Promise<TracedConsumer['taken']> {
  let { after, skip } = place;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { entries, upTo } = await persistence.readShard(shard, after, PAGE);
    const next = entries.slice(skip).find((one) => one.conversation === conversation);
    if (next) return next.position > position ? 'yes' : 'no';
    if (upTo === after) return 'yes';
    after = upTo;
    skip = 0;
  }
  return 'unknown';
}
