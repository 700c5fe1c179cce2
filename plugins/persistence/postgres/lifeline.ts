/**
 * Ownership over a connection of its own, the lifeline: it beats, never behind a long statement,
 * and holds a lock for as long as it stands, so that a process that dies is missed at once.
 */
import type { NodeLife, Ownership, OwnershipRecord, ShardOwner, Take } from 'im-kernel/contract';
import type { CallQueue } from './call-queue.ts';
import type { Connection } from './connection.ts';
import * as owners from './owners.ts';

/** A lease lasts for three beats at least, and one that gets no answer must not use it all up. */
const PARTS_OF_LEASE = 3;
const ANSWER_MIN_MS = 100;

export class Lifeline implements Ownership {
  /** Where beats wait, for one connection. */
  readonly #calls: CallQueue;
  /** Where takes wait: they may have to wait for appends. */
  readonly #others: CallQueue;
  /** The last that beat; a new connection must hold its lock at once, not at the next beat. */
  #life: NodeLife | undefined;
  /** Undefined until something beats: as other connections have it. */
  #limitMs: number | undefined;

  constructor(calls: CallQueue, others: CallQueue) {
    this.#calls = calls;
    this.#others = others;
  }

  /** Opens its connection with `dial`, which is handed the bound of each wait. */
  async open(dial: (limitMs: number | undefined) => Promise<Connection>): Promise<Connection> {
    const connection = await dial(this.#limitMs);
    try {
      if (this.#life) await owners.hold(connection, this.#life);
      return connection;
    } catch (error) {
      connection.destroy(new Error('it holds no lock'));
      await connection.closed;
      throw error;
    }
  }

  async beat(life: NodeLife, leaseMs: number): Promise<OwnershipRecord | 'taken'> {
    const limitMs = Math.max(ANSWER_MIN_MS, Math.round(leaseMs / PARTS_OF_LEASE));
    this.#life = life;
    this.#limitMs = limitMs;
    return await this.#calls.ask(true, (on) => owners.beat(on, life, leaseMs, limitMs));
  }

  look(): Promise<OwnershipRecord> {
    return this.#calls.ask(true, (on) => owners.look(on, this.#limitMs));
  }

  async leave(life: NodeLife): Promise<void> {
    if (this.#life?.life === life.life) this.#life = undefined;
    await this.#calls.ask(true, (on) => owners.leave(on, life, this.#limitMs));
  }

  take(life: NodeLife, takes: readonly Take[], force: boolean): Promise<readonly ShardOwner[]> {
    return this.#others.ask(true, (on) => owners.take(on, life, takes, force));
  }
}
