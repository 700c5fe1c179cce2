/** Breaks the first rule of a store: it says `kept` at once, and writes a little later. */
import type { AppendOutcome, Host, Persistence } from 'im-kernel/contract';

/** Longer than a busy machine takes from an answer to the kill that is to come before the write. */
const LATER_MS = 1_000;

/** The store itself, its `append` replaced. */
export function hasty(store: Persistence, { clock, log }: Host): Persistence {
  const append = store.append.bind(store);
  const lost = (why: unknown): void => log.warn('said to be kept, and lost', { why: String(why) });
  store.append = (batch) => {
    clock.after(LATER_MS, () => void append(batch).catch(lost));
    return Promise.resolve(batch.map((): AppendOutcome => 'kept'));
  };
  return store;
}
