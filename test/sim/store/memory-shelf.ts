/** A store in the memory of the node's process: it is gone with it, and the next log is another. */
import { ImError, type AppendOutcome, type Host, type Persistence } from 'im-kernel/contract';
import type { ShardAppend } from 'im-kernel/contract';
import type { Life } from '../life.ts';
import type { Prng } from '../prng.ts';
import { keptOf } from './ledger.ts';
import { reference } from './reference.ts';
import type { Shelf, ShelfParts } from './shelf.ts';
import { askedThrough, StoreWire } from './store-wire.ts';
import { noTrouble } from './trouble.ts';

const NEVER = new AbortController().signal;
/** How long an append may be under way that nobody waits for any more. */
const LATE_MS = 500;

export class MemoryShelf implements Shelf {
  readonly trouble = noTrouble();
  readonly #parts: ShelfParts;
  #store: Persistence | undefined;
  #read = false;

  constructor(parts: ShelfParts) {
    this.#parts = parts;
  }

  get store(): Persistence | undefined {
    return this.#store;
  }

  open(life: Life, prng: Prng, host: Host): Persistence {
    const { world, situations, storeMs, spoil, shards } = this.#parts;
    const { trouble } = this;
    const store = spoil(reference(shards, prng, host.clock), prng);
    const lost = (): void => situations.add('write under way at a crash was lost');
    const wire = new StoreWire({ world, life, prng, trouble, storeMs, lost });
    return {
      ...askedThrough(
        store,
        (run) => wire.read(() => run(store)),
        (run) => wire.write(() => run(store)),
      ),
      get log() {
        return store.log;
      },
      get shards() {
        return store.shards;
      },
      start: () => wire.read(() => this.#start(store)),
      stop: () => Promise.resolve(),
      append: (batch) => wire.write(() => this.#append(store, life, prng, batch)),
    };
  }

  nodeEnded(): void {
    const store = this.#store;
    if (store === undefined || this.#read) return;
    this.#store = undefined;
    void this.#parts.ledger.drain(store, false);
  }

  cutPower(): void {
    // It was lost with its process.
  }

  fill(): () => void {
    this.trouble.refuse = 'IM_STORE_FULL';
    return () => {
      this.trouble.refuse = undefined;
    };
  }

  breakConnections(): void {
    // There are none.
  }

  crash(): () => void {
    return () => undefined;
  }

  jump(): void {
    // It has no clock of its own.
  }

  cutOff(): void {
    // It is in the node's own machine.
  }

  mend(): void {
    // Nothing comes between.
  }

  leaseEndMs(): undefined {
    return undefined;
  }

  heal(): void {
    Object.assign(this.trouble, noTrouble());
  }

  excuses(): boolean {
    return false;
  }

  async cold(): Promise<Persistence> {
    if (this.#store === undefined) throw new Error('the store never started');
    return this.#store;
  }

  readBack(): Promise<void> {
    this.#read = true;
    return this.#parts.ledger.drain(this.#store, true);
  }

  async #start(store: Persistence): Promise<void> {
    await store.start(NEVER);
    this.#store = store;
  }

  async #append(
    store: Persistence,
    life: Life,
    prng: Prng,
    batch: readonly ShardAppend[],
  ): Promise<readonly AppendOutcome[]> {
    const { trouble } = this;
    const { situations, world } = this.#parts;
    if (trouble.refuse !== undefined) {
      situations.add('append refused by the store');
      throw new ImError(trouble.refuse, { why: 'the simulation says so' });
    }
    if (!prng.chance(trouble.unknown)) return this.#keep(store, batch);
    const fate = prng.pick(['was kept', 'was lost', 'came late'] as const);
    situations.add(`append of unknown fate ${fate}`);
    if (fate === 'was kept') await this.#keep(store, batch);
    if (fate === 'came late')
      world.after(prng.exponential(LATE_MS), 'store', () => {
        if (life.alive) void this.#keep(store, batch);
      });
    return batch.map(() => 'unknown');
  }

  async #keep(
    store: Persistence,
    batch: readonly ShardAppend[],
  ): Promise<readonly AppendOutcome[]> {
    const outcomes = await store.append(batch);
    this.#parts.ledger.kept(store.log, keptOf(batch, outcomes));
    return outcomes;
  }
}
