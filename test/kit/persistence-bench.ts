/** What the cases of the persistence judge work with: a started store, and ways to fill it. */
import assert from 'node:assert/strict';
import type { ConversationChange, Entry, Persistence, ShardAppend } from 'im-kernel/contract';
import { never } from './quiet-host.ts';
import { takeShards } from './take-shards.ts';

/** A place where a store's data lives, empty at first. */
export interface Shelf {
  /**
   * Makes a component over this data that was never started. Called again after the earlier one
   * has stopped.
   */
  open(): Persistence;
  /**
   * Makes a component over this data as another node would have it, while earlier ones run. A store
   * that calls itself shared must have it.
   */
  openBeside?(): Persistence;
  /** Called last, with everything stopped. */
  destroy(): Promise<void>;
}

/** One sentence of the contract, and how it is asked for. */
export type Cases = Readonly<Record<string, (bench: Bench) => Promise<void>>>;

export const NODE = 'node-1';
/** 2^48 - 1, the highest position, order, number and time. */
export const HIGHEST = 281_474_976_710_655;

/** Everything of an entry, its body as plain octets whatever class they came in. */
export function plain(entry: Entry | undefined): unknown {
  if (entry?.body === undefined) return entry;
  return { ...entry, body: Array.from(entry.body) };
}

export function plainAll(entries: readonly (Entry | undefined)[]): unknown[] {
  return entries.map(plain);
}

export function without(entry: Entry): Entry {
  const { body: _, ...rest } = entry;
  return rest;
}

export class Bench {
  readonly #shelf: Shelf;
  readonly #beside = new Set<Persistence>();
  #store: Persistence | undefined;
  #epochs: readonly number[] = [];
  #made = 0;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  get store(): Persistence {
    assert.ok(this.#store, 'the store is open');
    return this.#store;
  }

  get canOpenBeside(): boolean {
    return this.#shelf.openBeside !== undefined;
  }

  /** Opens the store, and takes all its shards. */
  async open(): Promise<void> {
    await this.start();
    await this.take();
  }

  /** Opens the store. */
  async start(): Promise<void> {
    this.#store = this.made();
    await this.#store.start(never());
  }

  /** A component over the same data that was not started. */
  made(): Persistence {
    return this.#shelf.open();
  }

  /** Opens the store once more, as another node. */
  async openBeside(): Promise<Persistence> {
    const store = this.#shelf.openBeside?.();
    assert.ok(store, 'the shelf can be opened by two at once');
    this.#beside.add(store);
    await store.start(never());
    return store;
  }

  async closeBeside(store: Persistence): Promise<void> {
    this.#beside.delete(store);
    await store.stop(never());
  }

  async take(): Promise<void> {
    const all = Array.from({ length: this.store.shards }, (_, shard) => shard);
    this.#epochs = await takeShards(this.store, NODE, all);
  }

  /** Stops the store and opens it once more. */
  async reopen(): Promise<void> {
    await this.close();
    await this.open();
  }

  async close(): Promise<void> {
    await this.#store?.stop(never());
    this.#store = undefined;
  }

  async destroy(): Promise<void> {
    for (const store of this.#beside) await this.closeBeside(store);
    await this.close();
    await this.#shelf.destroy();
  }

  epoch(shard: number): number {
    return this.#epochs[shard]!;
  }

  /** An entry that nothing else collides with, but for what `more` says. */
  entry(conversation: string, position: number, more: Partial<Entry> = {}): Entry {
    this.#made += 1;
    return {
      conversation,
      position,
      order: position,
      id: `0199a0b1-c2d3-7e4f-8a9b-${this.#made.toString(16).padStart(12, '0')}`,
      user: 'ann',
      device: 'phone',
      number: this.#made,
      sentAt: 1_795_404_000_000 + this.#made,
      acceptedAt: 1_795_404_000_100 + this.#made,
      kind: 'message',
      body: Uint8Array.of(this.#made & 255),
      ...more,
    };
  }

  /** Entries at `from`, `from + 1` … */
  run(conversation: string, from: number, count: number): Entry[] {
    return Array.from({ length: count }, (_, at) => this.entry(conversation, from + at));
  }

  /** A part of a batch under the shard's epoch. */
  part(
    shard: number,
    entries: readonly Entry[],
    changes: readonly ConversationChange[] = [],
  ): ShardAppend {
    return { shard, epoch: this.epoch(shard), entries, changes };
  }

  /** Appends to shard 0, where it must be kept. */
  async keep(
    entries: readonly Entry[],
    changes: readonly ConversationChange[] = [],
  ): Promise<readonly Entry[]> {
    assert.deepEqual(await this.store.append([this.part(0, entries, changes)]), ['kept']);
    return entries;
  }

  /** Makes a conversation of one entry, in which these users stay from there on. */
  async gather(conversation: string, users: readonly string[]): Promise<void> {
    const members = users.map((user) => ({ user, from: 1, role: 'member' as const }));
    await this.keep([this.entry(conversation, 1)], [{ conversation, members }]);
  }

  /** All that the store holds of a conversation. */
  all(conversation: string): Promise<readonly Entry[]> {
    return this.store.readConversation(conversation, { after: 0, limit: 100_000, take: 'first' });
  }
}
