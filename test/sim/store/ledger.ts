/** Writes into the history what came into the log, and what a cold reader finds there. */
import { ImError, type AppendOutcome, type Entry, type Persistence } from 'im-kernel/contract';
import type { ShardAppend } from 'im-kernel/contract';
import type { HistoryRecorder, SeenEntry } from '../history.ts';

export function seenOf(entry: Entry): SeenEntry {
  const { conversation, position, order, id, user, device, number, acceptedAt, kind } = entry;
  const body = Buffer.from(entry.body ?? []).toString('utf8');
  const rest = { acceptedAt, kind, body, users: entry.users ?? [], title: entry.title ?? '' };
  return { conversation, position, order, id, user, device, number, ...rest };
}

/** The parts of a batch that were kept. */
export function keptOf(
  batch: readonly ShardAppend[],
  outcomes: readonly AppendOutcome[],
): readonly ShardAppend[] {
  return batch.filter((_, at) => outcomes[at] === 'kept');
}

/** What an entry is called among all that a log holds. */
export function nameOf({ conversation, position, id }: Entry | SeenEntry): string {
  return `${conversation} ${position} ${id}`;
}

export class Ledger {
  readonly #recorder: HistoryRecorder;
  readonly #noted = new Set<string>();
  /** By log, the conversations that something was kept in. */
  readonly #conversations = new Map<string, Set<string>>();

  constructor(recorder: HistoryRecorder) {
    this.#recorder = recorder;
  }

  /** These are in the log now. Noted once, however often they are found there. */
  kept(log: string, parts: readonly ShardAppend[]): void {
    for (const { shard, epoch, entries } of parts)
      for (const entry of entries) {
        const key = `${log} ${nameOf(entry)}`;
        if (this.#noted.has(key)) continue;
        this.#noted.add(key);
        const names = this.#conversations.get(log) ?? new Set();
        this.#conversations.set(log, names.add(entry.conversation));
        this.#recorder.add({ type: 'kept', log, shard, epoch, entry: seenOf(entry) });
      }
  }

  /** A recovery ended with these, in the sequence in which they stand in the log. */
  recovered(log: string, parts: readonly ShardAppend[], again: boolean): void {
    const entries = parts.flatMap((part) => part.entries.map(nameOf));
    this.#recorder.add({ type: 'recovered', log, entries, again });
  }

  /** Reads all of a log. `last`: no later log follows. */
  async drain(store: Persistence | undefined, last: boolean): Promise<void> {
    if (store === undefined) throw new ImError('IM_STORE_AWAY', { why: 'it never started' });
    const { log } = store;
    const entries: SeenEntry[] = [];
    const everything = { after: 0, limit: Number.MAX_SAFE_INTEGER, take: 'first' } as const;
    for (const conversation of this.#conversations.get(log) ?? [])
      for (const entry of await store.readConversation(conversation, everything))
        entries.push(seenOf(entry));
    this.#recorder.add({ type: 'drained', log, last, entries });
  }
}
