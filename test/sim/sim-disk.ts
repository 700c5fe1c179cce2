/**
 * The store under simulation: the reference store in memory, which here outlives the node that uses
 * it. Each life of a node sees it through a `NodeStore`, which adds time, failures and crashes.
 */
import { type Entry, ImError, type Persistence, type ShardAppend } from 'im-kernel/contract';
import type { AppendOutcome } from 'im-kernel/contract';
import type { HistoryRecorder, SeenEntry } from './history.ts';

const NEVER = new AbortController().signal;

export function seenOf(entry: Entry): SeenEntry {
  const { conversation, position, order, id, user, device, number, acceptedAt, kind } = entry;
  const body = Buffer.from(entry.body ?? []).toString('utf8');
  const rest = { acceptedAt, kind, body, users: entry.users ?? [], title: entry.title ?? '' };
  return { conversation, position, order, id, user, device, number, ...rest };
}

export interface DiskParts {
  /** Makes an empty store; called again when the content is lost. */
  readonly make: () => Persistence;
  readonly durable: boolean;
  readonly recorder: HistoryRecorder;
}

export class SimDisk {
  readonly durable: boolean;
  readonly #parts: DiskParts;
  readonly #conversations = new Set<string>();
  #store: Persistence;
  #started = false;
  #holder: object | undefined;
  #read = false;

  constructor(parts: DiskParts) {
    this.durable = parts.durable;
    this.#parts = parts;
    this.#store = parts.make();
  }

  get store(): Persistence {
    return this.#store;
  }

  /** The node that has opened it last; nothing of an earlier one is carried out any more. */
  get holder(): object | undefined {
    return this.#holder;
  }

  /** Opens it for one life of a node, alone: `guarantees.shared` is false. */
  async open(holder: object): Promise<void> {
    this.#holder = holder;
    if (!this.#started) await this.#store.start(NEVER);
    this.#started = true;
  }

  /** Applies a batch, and notes what is in. */
  async append(batch: readonly ShardAppend[]): Promise<readonly AppendOutcome[]> {
    const outcomes = await this.#store.append(batch);
    for (const [index, outcome] of outcomes.entries())
      if (outcome === 'kept') this.#note(batch[index] as ShardAppend);
    return outcomes;
  }

  /** The node is gone. A store that is not durable goes with it. */
  async nodeEnded(): Promise<void> {
    if (this.durable || !this.#started || this.#read) return;
    this.#holder = undefined;
    const drained = this.#drain(false);
    this.#store = this.#parts.make();
    this.#started = false;
    this.#conversations.clear();
    await drained;
  }

  /** The cold read at the end. */
  readBack(): Promise<void> {
    this.#read = true;
    return this.#drain(true);
  }

  async #drain(last: boolean): Promise<void> {
    if (!this.#started) throw new ImError('IM_STORE_AWAY', { why: 'it never started' });
    const store = this.#store;
    const entries: SeenEntry[] = [];
    const everything = { after: 0, limit: Number.MAX_SAFE_INTEGER, take: 'first' } as const;
    // Copied: when the content is lost, the names are forgotten while this reads.
    const names = Array.from(this.#conversations);
    for (const conversation of names)
      for (const entry of await store.readConversation(conversation, everything))
        entries.push(seenOf(entry));
    this.#parts.recorder.add({ type: 'drained', log: store.log, last, entries });
  }

  #note({ shard, epoch, entries }: ShardAppend): void {
    const { log } = this.#store;
    for (const entry of entries) {
      this.#conversations.add(entry.conversation);
      this.#parts.recorder.add({ type: 'kept', log, shard, epoch, entry: seenOf(entry) });
    }
  }
}
