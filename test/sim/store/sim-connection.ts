/** A node's connection to the simulated database: in place of the plugin's own `Connection`. */
import { DatabaseError } from 'pg';
import type { Persistence } from 'im-kernel/contract';
import type { Connection } from '../../../plugins/persistence/postgres/connection.ts';
import type { Life } from '../life.ts';
import type { Prng } from '../prng.ts';
import type { Situations } from '../situations.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { Session, SimDatabase } from './sim-database.ts';
import type { StorePath } from './store-path.ts';
import { takeDuringWrite } from './trouble.ts';

export interface Dialing {
  readonly world: Pick<VirtualClock, 'after'>;
  readonly life: Pick<Life, 'act' | 'alive' | 'after' | 'enter' | 'hear' | 'onEnd'>;
  readonly path: StorePath;
  readonly prng: Prng;
  readonly situations: Situations;
  readonly database: SimDatabase;
  /** Mean time of a write; reads take a third. */
  readonly storeMs: number;
  /** How long the server takes to see that this process is no more. */
  readonly endSeenMs: number;
  /** The database did not do what this node asked for. */
  readonly failed: () => void;
}

/** What a statement does with the database's content. */
export type Statement<T> = (content: Persistence, session: Session) => Promise<T>;

/** Without an answer for so long, the connection is given up. */
const STATEMENT_LIMIT_MS = 10_000;
/** How long a statement may go on that nobody waits for any more. */
const LATE_MS = 500;
/** How long an attempt to connect goes on, and how often its system tries, while the way is cut. */
const CONNECT_LIMIT_MS = 5_000;
const CONNECT_EVERY_MS = 100;
const FULL = '53100';

export class SimConnection implements Pick<Connection, keyof Connection>, Session {
  readonly #parts: Dialing;
  /** The run of the server that it leads to. */
  readonly #era: number;
  readonly #closed = Promise.withResolvers<void>();
  readonly #waiting = new Set<(why: Error) => void>();
  #lost: Error | undefined;
  #silent = false;
  #whenLost: (() => void) | undefined;

  private constructor(parts: Dialing) {
    this.#parts = parts;
    this.#era = parts.database.era;
  }

  /** Rejects if there is nobody to answer. */
  static async open(parts: Dialing, signal: AbortSignal): Promise<SimConnection> {
    const { life, database, prng, storeMs } = parts;
    const { promise, resolve } = Promise.withResolvers<void>();
    if (life.act()) life.after(prng.exponential(storeMs), resolve);
    await promise;
    await through(parts, signal);
    signal.throwIfAborted();
    if (!database.reachable) {
      parts.failed();
      throw new Error('connect ECONNREFUSED');
    }
    const connection = new SimConnection(parts);
    database.admit(connection);
    life.onEnd(() => connection.#orphaned());
    return connection;
  }

  get lost(): Error | undefined {
    return this.#lost;
  }

  get silent(): boolean {
    return this.#silent;
  }

  set whenLost(call: (() => void) | undefined) {
    this.#whenLost = call;
    if (this.#lost) call?.();
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  rows(): Promise<never> {
    throw new Error('the simulated database knows no SQL');
  }

  run(): Promise<never> {
    throw new Error('the simulated database knows no SQL');
  }

  mustBeSettled(): void {
    // Each statement is a transaction of its own.
  }

  async close(): Promise<void> {
    this.#whenLost = undefined;
    if (this.#lost) return;
    this.#lost = new Error('the connection was closed');
    this.#gone();
  }

  destroy(why: Error): void {
    if (this.#lost === undefined) {
      this.#lost = why;
      this.#parts.failed();
      for (const reject of this.#waiting) reject(why);
      this.#whenLost?.();
    }
    this.#gone();
  }

  /** For the server. */
  broken(why: string): void {
    const { life, path } = this.#parts;
    path.pass('down', () => {
      if (life.alive) life.enter(() => this.destroy(new Error(why)));
    });
  }

  /** Has a statement carried out that only reads. */
  read<T>(statement: Statement<T>): Promise<T> {
    return this.#ask(statement, 1 / 6, false);
  }

  /** Has a statement carried out that writes; without an answer for so long, it is given up. */
  write<T>(statement: Statement<T>, limitMs = STATEMENT_LIMIT_MS): Promise<T> {
    return this.#ask(statement, 1 / 2, true, limitMs);
  }

  async #ask<T>(
    statement: Statement<T>,
    part: number,
    writes: boolean,
    limitMs = STATEMENT_LIMIT_MS,
  ): Promise<T> {
    if (this.#lost) throw this.#lost;
    const { world, life, prng, database, path } = this.#parts;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (!life.act()) return promise;
    this.#waiting.add(reject);
    const giveUp = (): void => {
      this.#silent = true;
      this.destroy(new Error('no answer in time'));
    };
    const cancel = life.after(limitMs, giveUp);
    const disturb = writes ? takeDuringWrite(database.trouble) : undefined;
    const delayMs = this.#delayMs(part);
    if (disturb !== undefined) world.after(prng.next() * delayMs, 'faults', disturb);
    const back = (run: () => void): void => {
      path.pass('down', () => void life.hear(this.#delayMs(part), run));
    };
    const arrive = (): void => {
      void this.#arrive(statement, writes).then(
        (value) => back(() => resolve(value)),
        (error: unknown) => back(() => reject(error)),
      );
    };
    // What a process was about to send when it was stopped leaves when it goes on.
    life.enter(() => world.after(delayMs, 'database', () => path.pass('up', arrive)));
    try {
      return await promise;
    } finally {
      cancel();
      this.#waiting.delete(reject);
    }
  }

  /** At the server. Never settles if the answer finds no way back. */
  async #arrive<T>(statement: Statement<T>, writes: boolean): Promise<T> {
    const { database, life, prng, situations } = this.#parts;
    const { trouble } = database;
    const orphaned = this.#lost !== undefined || !life.alive;
    if (orphaned) return this.#orphan(statement, writes);
    if (!database.serves(this)) {
      this.destroy(new Error('the server does not answer'));
      return unanswered();
    }
    if (writes && trouble.refuse === 'IM_STORE_FULL') {
      situations.add('append refused by the store');
      this.#parts.failed();
      throw full();
    }
    if (writes && trouble.unknown > 0 && prng.chance(trouble.unknown)) {
      this.destroy(new Error('Connection terminated unexpectedly'));
      return this.#orphan(statement, writes);
    }
    return statement(database.content, this);
  }

  /** Nobody waits for the answer; the statement may have come through all the same, even later. */
  async #orphan<T>(statement: Statement<T>, writes: boolean): Promise<T> {
    const { world, prng, database, situations, life } = this.#parts;
    if (!writes) return unanswered();
    const fate = prng.pick(['was kept', 'was lost', 'came late'] as const);
    if (life.alive) situations.add(`append of unknown fate ${fate}`);
    else situations.add(`write under way at a crash ${fate === 'was lost' ? fate : 'was kept'}`);
    const carryOut = (): void => {
      if (database.runs(this.#era)) statement(database.content, this).catch(() => undefined);
    };
    if (fate === 'was kept') carryOut();
    if (fate === 'came late') world.after(prng.exponential(LATE_MS), 'database', carryOut);
    return unanswered();
  }

  /** Nobody closes it: the server finds out in its own time. */
  #orphaned(): void {
    const { world, database, endSeenMs } = this.#parts;
    world.after(endSeenMs, 'database', () => database.dismiss(this));
  }

  #gone(): void {
    const { path, database } = this.#parts;
    if (path.whole) database.dismiss(this);
    else this.#orphaned();
    this.#closed.resolve();
  }

  #delayMs(part: number): number {
    const { storeMs, database, prng } = this.#parts;
    return prng.exponential(storeMs * part) * database.trouble.slowness;
  }
}

/** Resolves when the way to the server is open; rejects if it stays cut. */
async function through({ path, life, failed }: Dialing, signal: AbortSignal): Promise<void> {
  for (let waitedMs = 0; !path.whole && !signal.aborted; waitedMs += CONNECT_EVERY_MS) {
    if (waitedMs >= CONNECT_LIMIT_MS) {
      failed();
      throw new Error('connect ETIMEDOUT');
    }
    await new Promise<void>((resolve) => life.after(CONNECT_EVERY_MS, resolve));
  }
}

function unanswered<T>(): Promise<T> {
  return new Promise(() => undefined);
}

function full(): DatabaseError {
  const error = new DatabaseError('could not extend file: No space left on device', 0, 'error');
  error.code = FULL;
  error.severity = 'ERROR';
  return error;
}
