/** The lifeline of the store `postgres`, but for the SQL. */
import type { NodeLife, Ownership, OwnershipRecord, ShardOwner, Take } from 'im-kernel/contract';
import type { CallQueue } from '../../../plugins/persistence/postgres/call-queue.ts';
import type { Connection } from '../../../plugins/persistence/postgres/connection.ts';
import { ownershipOn } from './session-ownership.ts';
import type { SimConnection, Statement } from './sim-connection.ts';
import type { SimDatabase } from './sim-database.ts';

/** As the plugin has them. */
const PARTS_OF_LEASE = 3;
const ANSWER_MIN_MS = 100;

/** The pools hand on what `open` gave them. */
export function simulated(connection: Connection): SimConnection {
  return connection as unknown as SimConnection;
}

export class SimLifeline implements Ownership {
  readonly #database: SimDatabase;
  /** Where beats wait, for one connection. */
  readonly #calls: CallQueue;
  /** Where takes wait. */
  readonly #others: CallQueue;
  #life: NodeLife | undefined;
  #limitMs: number | undefined;

  constructor(database: SimDatabase, calls: CallQueue, others: CallQueue) {
    this.#database = database;
    this.#calls = calls;
    this.#others = others;
  }

  /** A connection that comes back holds the life's lock at once, not at the next beat. */
  async open(dial: () => Promise<Connection>): Promise<Connection> {
    const connection = await dial();
    const life = this.#life;
    const hold: Statement<void> = async (_, session) => {
      if (life !== undefined) this.#database.hold(session, life);
    };
    if (life !== undefined) await simulated(connection).write(hold, this.#limitMs);
    return connection;
  }

  beat(life: NodeLife, leaseMs: number): Promise<OwnershipRecord | 'taken'> {
    this.#life = life;
    this.#limitMs = Math.max(ANSWER_MIN_MS, leaseMs / PARTS_OF_LEASE);
    return this.#ask((on) => on.beat(life, leaseMs));
  }

  look(): Promise<OwnershipRecord> {
    return this.#ask((on) => on.look());
  }

  leave(life: NodeLife): Promise<void> {
    if (this.#life?.life === life.life) this.#life = undefined;
    return this.#ask((on) => on.leave(life));
  }

  take(life: NodeLife, takes: readonly Take[], force: boolean): Promise<readonly ShardOwner[]> {
    return this.#others.ask(true, (connection) => {
      const taking = this.#with((on) => on.take(life, takes, force));
      return simulated(connection).write(taking);
    });
  }

  #ask<T>(run: (on: Ownership) => Promise<T>): Promise<T> {
    return this.#calls.ask(true, (connection) => {
      return simulated(connection).write(this.#with(run), this.#limitMs);
    });
  }

  #with<T>(run: (on: Ownership) => Promise<T>): Statement<T> {
    return (_, session) => run(ownershipOn(session, this.#database));
  }
}
