/** A database apart from the node: it goes on when the node ends, and has faults of its own. */
import type { Host, Ownership, Persistence } from 'im-kernel/contract';
import type { Life } from '../life.ts';
import type { Direction } from '../link.ts';
import type { Prng } from '../prng.ts';
import { databaseStore, type DatabaseSettings } from './database-store.ts';
import { keptOf } from './ledger.ts';
import type { Ask } from './reads-of.ts';
import { reference } from './reference.ts';
import type { Shelf, ShelfParts } from './shelf.ts';
import { SimDatabase } from './sim-database.ts';
import { StoreClock } from './store-clock.ts';
import { StorePath } from './store-path.ts';
import { askedThrough } from './store-wire.ts';
import { noTrouble } from './trouble.ts';

/** A machine that is gone without a word is missed after about so long. */
const KEEP_ALIVE_MS = 15_000;

export class DatabaseShelf implements Shelf {
  readonly trouble = noTrouble();
  readonly #parts: ShelfParts;
  readonly #database: SimDatabase;
  readonly #settings: DatabaseSettings;
  readonly #clock: StoreClock;
  readonly #harmed = new WeakSet<Life>();
  /** By actor. */
  readonly #paths = new Map<string, StorePath>();
  /** By life of a node: when its lease ends. */
  readonly #leases = new Map<string, number>();

  constructor(parts: ShelfParts) {
    const { prng, shards, spoil, world } = parts;
    this.#parts = parts;
    this.#clock = new StoreClock(world);
    const content = reference(shards, prng.fork(), this.#clock);
    this.#database = new SimDatabase(this.#noting(spoil(content, prng.fork())), this.trouble);
    this.#settings = {
      writers: prng.pick([1, 2, 4]),
      readers: prng.pick([1, 2, 4]),
      together: prng.chance(0.8),
    };
  }

  get store(): Persistence {
    return this.#database.content;
  }

  open(life: Life, prng: Prng, host: Host): Persistence {
    const { world, situations, storeMs } = this.#parts;
    const failed = (): void => void this.#harmed.add(life);
    const endSeenMs = prng.exponential(prng.chance(0.5) ? storeMs : KEEP_ALIVE_MS);
    const around = {
      world,
      life,
      prng,
      situations,
      storeMs,
      endSeenMs,
      path: this.#pathOf(life.actor),
    };
    const dialing = { ...around, database: this.#database, failed };
    return databaseStore(this.#settings, dialing, host);
  }

  nodeEnded(): void {
    // It goes on.
  }

  cutPower(): void {
    // It stands elsewhere.
  }

  fill(): () => void {
    this.trouble.refuse = 'IM_STORE_FULL';
    return () => {
      this.trouble.refuse = undefined;
    };
  }

  breakConnections(): void {
    this.#database.breakAll('Connection terminated unexpectedly');
  }

  /** Answers how it comes back. */
  crash(): () => void {
    this.#parts.situations.add('database crashed');
    this.#database.crash();
    return () => this.#database.restart();
  }

  jump(byMs: number): void {
    this.#clock.jump(byMs);
  }

  cutOff(actor: string, ways: readonly Direction[]): void {
    this.#pathOf(actor).cut(ways);
  }

  mend(actor: string): void {
    this.#pathOf(actor).mend();
  }

  leaseEndMs(life: string): number | undefined {
    return this.#leases.get(life);
  }

  heal(): void {
    for (const path of this.#paths.values()) path.mend();
    Object.assign(this.trouble, noTrouble());
    this.#database.restart();
  }

  excuses(life: Life): boolean {
    return this.#harmed.has(life) || this.trouble.slowness > 1;
  }

  async cold(): Promise<Persistence> {
    return this.store;
  }

  readBack(): Promise<void> {
    return this.#parts.ledger.drain(this.store, true);
  }

  #noting(store: Persistence): Persistence {
    const ask: Ask = (run) => run(store);
    const asked = askedThrough(store, ask, ask);
    const noting: Persistence = Object.assign(asked, { ownership: this.#leasing(asked.ownership) });
    noting.append = async (batch) => {
      const outcomes = await store.append(batch);
      this.#parts.ledger.kept(store.log, keptOf(batch, outcomes));
      return outcomes;
    };
    return noting;
  }

  #leasing(ownership: Ownership): Ownership {
    const { world } = this.#parts;
    return {
      beat: async (life, leaseMs) => {
        const answer = await ownership.beat(life, leaseMs);
        if (answer !== 'taken') this.#leases.set(life.life, world.nowMs + leaseMs);
        return answer;
      },
      look: () => ownership.look(),
      leave: (life) => {
        this.#leases.set(life.life, world.nowMs);
        return ownership.leave(life);
      },
      take: (...asked) => ownership.take(...asked),
    };
  }

  #pathOf(actor: string): StorePath {
    const known = this.#paths.get(actor) ?? new StorePath();
    this.#paths.set(actor, known);
    return known;
  }
}
