/** Keep: writes a batch ahead, and finds out what became of it. */
import {
  ImError,
  must,
  reasonOf,
  type AppendOutcome,
  type Clock,
  type ConversationChange,
  type Counter,
  type Entry,
  type Histogram,
  type Log,
  type Persistence,
  type ShardAppend,
} from '../contract/index.ts';
import type { Shards } from '../cluster/shards.ts';
import type { Conversations } from './conversations.ts';
import type { Fate, Fates, Judged, Planned } from './judged.ts';
import type { Drafts } from './recall.ts';
import type { FlightRecorder } from './trace/flight-recorder.ts';
import { Trouble } from './trouble.ts';

interface Surroundings {
  readonly persistence: Persistence;
  readonly shards: Shards;
  readonly conversations: Conversations;
  readonly clock: Clock;
  readonly log: Log;
  readonly recorder: FlightRecorder;
  readonly counters: {
    readonly kept: Counter;
    readonly failed: Counter;
    readonly commitMs: Histogram;
    readonly batchEntries: Histogram;
  };
}

/** How long to wait before the store is asked again about a batch of unknown fate. */
const READ_BACK_MS = 200;

export interface Attempt {
  /** A stale batch may be planned again; else it is refused for now. */
  readonly mayPlanAgain: boolean;
  /** Called each time that the store, asked what became of the batch, does not answer. */
  readonly held: () => void;
}

export class Keeping {
  readonly #around: Surroundings;
  readonly #trouble: Trouble;
  readonly #doubt: Trouble;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#trouble = new Trouble(around.log, 'batches are kept again');
    this.#doubt = new Trouble(around.log, 'the store tells again what became of batches');
  }

  /** Writes ahead. Rejects only if the store cannot be trusted any more. */
  async keep(entries: readonly Planned[], drafts: Drafts, attempt: Attempt): Promise<Fates> {
    const fates = new Map<number, Fate>();
    const appends = this.#appends(entries, drafts, fates);
    if (appends.length === 0) return fates;
    const { clock, recorder } = this.#around;
    const startedMs = clock.monotonic();
    for (const { trace, entry } of entries) recorder.placed(trace, entry.position, startedMs);
    const outcomes = await this.#append(appends);
    this.#around.counters.commitMs.record(clock.monotonic() - startedMs);
    this.#around.counters.batchEntries.record(entries.length);
    for (const [at, append] of appends.entries()) {
      const outcome = outcomes[at] as AppendOutcome | { readonly refuse: 'storage-full' | 'busy' };
      const fate = await this.#fate(append, outcome, attempt);
      fates.set(append.shard, fate);
      if (fate === 'kept') this.#note(entries, append);
    }
    return fates;
  }

  #note(entries: readonly Planned[], { shard, epoch }: ShardAppend): void {
    const { recorder, clock } = this.#around;
    const nowMs = clock.monotonic();
    for (const one of entries) if (one.shard === shard) recorder.kept(one.trace, epoch, nowMs);
  }

  #appends(
    entries: readonly Planned[],
    drafts: Drafts,
    fates: Map<number, Fate>,
  ): readonly ShardAppend[] {
    const byShard = new Map<number, Entry[]>();
    for (const { shard, entry } of entries) {
      const list = byShard.get(shard);
      if (list) list.push(entry);
      else byShard.set(shard, [entry]);
    }
    const appends: ShardAppend[] = [];
    for (const [shard, list] of byShard) {
      const epoch = this.#around.shards.epoch(shard);
      if (epoch === undefined) fates.set(shard, { refuse: 'not-ready' });
      else appends.push({ shard, epoch, entries: list, changes: changesOf(list, drafts) });
    }
    return appends;
  }

  async #append(
    appends: readonly ShardAppend[],
  ): Promise<readonly (AppendOutcome | { readonly refuse: 'storage-full' | 'busy' })[]> {
    try {
      const outcomes = await this.#around.persistence.append(appends);
      this.#trouble.gone();
      return outcomes;
    } catch (error) {
      if (!(error instanceof ImError) || error.kind !== 'passing') throw error;
      this.#around.counters.failed.add(1, error.code);
      this.#trouble.met('batches are not kept', { why: error.message, act: error.act });
      const refuse = error.code === 'IM_STORE_FULL' ? 'storage-full' : 'busy';
      return appends.map(() => ({ refuse }));
    }
  }

  async #fate(
    append: ShardAppend,
    outcome: AppendOutcome | { readonly refuse: 'storage-full' | 'busy' },
    { mayPlanAgain, held }: Attempt,
  ): Promise<Fate> {
    const { counters, log, shards } = this.#around;
    if (typeof outcome === 'object') return outcome;
    if (outcome === 'kept') {
      counters.kept.add(append.entries.length);
      return 'kept';
    }
    counters.failed.add(1, outcome);
    log.warn('a batch met another state of the log', { shard: append.shard, outcome });
    const settle = (): Promise<boolean> => shards.settle(append.shard);
    if (outcome === 'fenced' && !(await this.#untilAnswered(settle, held))) {
      return { refuse: 'not-ready' };
    }
    const readBack = (): Promise<boolean> => this.#readBack(append);
    if (outcome === 'unknown' && (await this.#untilAnswered(readBack, held))) {
      counters.kept.add(append.entries.length);
      return 'kept';
    }
    await this.#untilAnswered(() => this.#refresh(append), held);
    return mayPlanAgain ? 'again' : { refuse: 'not-ready' };
  }

  /** Asks the store until it answers; rejects only if it cannot be trusted any more. */
  async #untilAnswered<T>(ask: () => Promise<T>, held: () => void): Promise<T> {
    const { clock, shards } = this.#around;
    for (;;) {
      try {
        const answer = await ask();
        this.#doubt.gone();
        return answer;
      } catch (error) {
        if (!(error instanceof ImError) || error.kind !== 'passing') throw error;
        this.#doubt.met('the store is asked again about a batch', { why: reasonOf(error) });
        held();
        // Nobody is left to be answered, and the store of this life is about to stop.
        if (shards.ended) return new Promise<never>(() => undefined);
        await new Promise<void>((resolve) => clock.after(READ_BACK_MS, resolve));
      }
    }
  }

  /**
   * True if the batch is in the log after all: kept whole or not at all, so its first entry tells.
   */
  async #readBack(append: ShardAppend): Promise<boolean> {
    const { persistence, shards } = this.#around;
    const first = append.entries[0] as Entry;
    // A new epoch first: whatever of the old one is still on its way cannot come in any more.
    await shards.retake(append.shard);
    const found = await persistence.findEntry(first, first.number);
    return found?.id === first.id && found.position === first.position;
  }

  async #refresh(append: ShardAppend): Promise<void> {
    const names = new Set(append.entries.map((entry) => entry.conversation));
    for (const name of names) {
      const conversation = this.#around.conversations.get(name);
      if (conversation) await this.#around.conversations.refresh(conversation);
    }
  }
}

function changesOf(entries: readonly Entry[], drafts: Drafts): readonly ConversationChange[] {
  const changes: ConversationChange[] = [];
  for (const name of new Set(entries.map((entry) => entry.conversation))) {
    const change = drafts.get(name)?.change();
    if (change) changes.push(change);
  }
  return changes;
}

/** The entries of what is placed, in the sequence of the batch. */
export function entriesOf(judged: readonly Judged[]): readonly Planned[] {
  return judged
    .filter(({ verdict }) => verdict.is === 'placed')
    .map((it) => ({ shard: it.handed.shard, entry: entryOf(it), trace: it.handed.trace }));
}

function entryOf({ handed, verdict, content }: Judged): Entry {
  must(verdict.is === 'placed', 'only what is placed becomes an entry');
  const { command, user, device } = handed;
  const { placed, effect } = verdict;
  const entry = {
    conversation: command.conversation,
    position: placed.position,
    order: placed.order,
    id: command.id,
    user,
    device,
    number: command.number,
    sentAt: command.sentAt,
    acceptedAt: placed.acceptedAt,
    kind: effect.kind,
  };
  if (command.type === 'send') {
    const { body, mediaType } = content ?? command;
    return mediaType === undefined ? { ...entry, body } : { ...entry, body, mediaType };
  }
  return {
    ...entry,
    ...(effect.users === undefined ? {} : { users: effect.users }),
    ...(effect.title === undefined ? {} : { title: effect.title }),
    ...(effect.open === true ? { open: true } : {}),
  };
}
