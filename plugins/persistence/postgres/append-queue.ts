/**
 * Appends on their way to the writers' connections. What came in while a commit ran is committed
 * together, with one sync (group commit, without a timer); of each shard one part of the sequence
 * is under way at a time, so that each append finds what the one before it wrote.
 */
import type { AppendOutcome, Clock, ImError, ShardAppend } from 'im-kernel/contract';
import type { Connection } from './connection.ts';
import { faultOf, refusalOf, wordsOf, type Fault } from './faults.ts';
import { bodyBytes, mustBeWritable } from './packing.ts';
import type { Source, Work } from './pool.ts';
import { WaitingList, type Waiting } from './waiting.ts';

interface Append extends Waiting {
  readonly batch: readonly ShardAppend[];
  readonly shards: readonly number[];
  readonly entries: number;
  readonly bytes: number;
  readonly resolve: (outcomes: readonly AppendOutcome[]) => void;
}

export interface AppendOptions {
  readonly clock: Clock;
  readonly waitMs: number;
  /** Whether appends are committed together. */
  readonly together: boolean;
  readonly entriesMax: number;
  readonly bytesMax: number;
  readonly events: AppendEvents;
  /** Keeps parts, in one statement that commits by itself; an outcome for each. */
  readonly keep: (
    connection: Connection,
    parts: readonly ShardAppend[],
  ) => Promise<readonly AppendOutcome[]>;
}

export interface AppendEvents {
  /** There is something to take. */
  added(): void;
  committed(appends: number, entries: number, commitMs: number): void;
  /** Nothing of it was written, or nobody knows. */
  failed(error: ImError, fault: Fault): void;
}

export class AppendQueue implements Source {
  readonly #options: AppendOptions;
  readonly #waiting: WaitingList<Append>;
  /** Shards of which something is under way. */
  readonly #busy = new Set<number>();

  constructor(options: AppendOptions) {
    this.#options = options;
    this.#waiting = new WaitingList(options.clock, options.waitMs);
  }

  get empty(): boolean {
    return this.#waiting.items.length === 0;
  }
  get length(): number {
    return this.#waiting.items.length;
  }
  open(): void {
    this.#waiting.open();
  }
  close(): void {
    this.#waiting.close();
  }
  refuseOverdue(why: string): void {
    this.#waiting.refuseOverdue(why);
  }
  refuseAll(why: string): void {
    this.#waiting.refuseAll(why);
  }

  async add(batch: readonly ShardAppend[]): Promise<readonly AppendOutcome[]> {
    const since = this.#waiting.admit();
    mustBeWritable(batch);
    if (batch.length === 0) return [];
    return await new Promise((resolve, reject) => {
      const shards = batch.map(({ shard }) => shard);
      const entries = batch.reduce((sum, part) => sum + part.entries.length, 0);
      const bytes = bodyBytes(batch);
      this.#waiting.add({ since, batch, shards, entries, bytes, resolve, reject });
      this.#options.events.added();
    });
  }

  take(): Work | undefined {
    const taken = this.#next();
    if (taken.length === 0) return undefined;
    this.#waiting.remove(new Set(taken));
    const shards = new Set(taken.flatMap((append) => append.shards));
    for (const shard of shards) this.#busy.add(shard);
    return async (connection) => {
      await this.#write(connection, taken);
      for (const shard of shards) this.#busy.delete(shard);
      this.#options.events.added();
    };
  }

  /** The first that can go, and with it what fits; nothing overtakes another on its shard. */
  #next(): Append[] {
    const { together, entriesMax, bytesMax } = this.#options;
    const blocked = new Set(this.#busy);
    const taken: Append[] = [];
    let [entries, bytes] = [0, 0];
    for (const append of this.#waiting.items) {
      if (append.shards.some((shard) => blocked.has(shard))) {
        for (const shard of append.shards) blocked.add(shard);
        continue;
      }
      entries += append.entries;
      bytes += append.bytes;
      if (taken.length > 0 && (entries > entriesMax || bytes > bytesMax)) break;
      taken.push(append);
      if (!together) break;
    }
    return taken;
  }

  async #write(connection: Connection, appends: readonly Append[]): Promise<void> {
    const { clock, events, keep } = this.#options;
    const startedMs = clock.monotonic();
    try {
      const parts = appends.flatMap(({ batch }) => batch);
      const outcomes = await keep(connection, parts);
      connection.mustBeSettled();
      const entries = appends.reduce((sum, append) => sum + append.entries, 0);
      events.committed(appends.length, entries, clock.monotonic() - startedMs);
      settle(appends, outcomes);
    } catch (error) {
      await this.#fail(connection, appends, error);
    }
  }

  async #fail(connection: Connection, appends: readonly Append[], error: unknown): Promise<void> {
    const fault = faultOf(error, connection.lost !== undefined);
    if (fault === 'bug' && appends.length > 1) {
      // One of them is wrong, and the others are not to pay for it.
      for (const append of appends) await this.#write(connection, [append]);
      return;
    }
    const refusal = refusalOf(error, fault);
    this.#options.events.failed(refusal, fault);
    if (fault === 'moved' || fault === 'lost') connection.destroy(new Error(wordsOf(error)));
    if (fault === 'lost') for (const { batch, resolve } of appends) resolve(unknown(batch));
    else for (const { reject } of appends) reject(refusal);
  }
}

function unknown(batch: readonly ShardAppend[]): AppendOutcome[] {
  return batch.map(() => 'unknown');
}

function settle(appends: readonly Append[], outcomes: readonly AppendOutcome[]): void {
  let at = 0;
  for (const { batch, resolve } of appends) {
    resolve(outcomes.slice(at, at + batch.length));
    at += batch.length;
  }
}
