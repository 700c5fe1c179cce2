/** Connections that pull work: each does one piece at a time, and comes back when it is lost. */
import type { Cancel, Clock, Random } from 'im-kernel/contract';
import type { Connection } from './connection.ts';
import { wordsOf } from './faults.ts';

/** Something to be done on a connection. Never rejects: it tells whoever waits for it itself. */
export type Work = (connection: Connection) => Promise<void>;

/** Where work comes from. */
export interface Source {
  /** The next piece; undefined: nothing that can be done now. */
  take(): Work | undefined;
  /** There is no connection: refuses what has waited long enough. */
  refuseOverdue(why: string): void;
  /** The end: refuses all that was not begun. */
  refuseAll(why: string): void;
  /** Nothing waits. */
  readonly empty: boolean;
}

export interface PoolOptions {
  readonly size: number;
  readonly source: Source;
  readonly open: (signal: AbortSignal) => Promise<Connection>;
  readonly clock: Clock;
  readonly random: Random;
  /** What the limit of the time between two attempts to connect doubles up to. */
  readonly backoffMaxMs?: number;
  /** How often what waits is looked at while there is no connection. */
  readonly sweepMs: number;
  /** Called with the error when there is no connection (any more), with undefined when there is. */
  readonly whenAway: (why: unknown) => void;
  readonly whenLost: (why: string) => void;
  /** Called when a connection got no answer. */
  readonly whenSilent: () => void;
}

/** Between two attempts to connect: full jitter under a limit that doubles up to the last. */
const FIRST_BACKOFF_MS = 100;
const LAST_BACKOFF_MS = 5_000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #open = new Set<Connection>();
  readonly #idle = new Map<Connection, () => void>();
  readonly #gone = new AbortController();
  #running: Promise<void>[] = [];
  #away: string | undefined;
  #sweep: Cancel = () => undefined;
  #stopping = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Connections that are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Opens all connections; rejects if one cannot be opened, and then none is left. */
  async start(signal: AbortSignal): Promise<void> {
    const { size, open } = this.#options;
    const opening = Array.from({ length: size }, () => open(signal));
    const settled = await Promise.allSettled(opening);
    const opened = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed || signal.aborted) {
      await Promise.all(opened.map((connection) => connection.close()));
      throw failed?.reason ?? signal.reason;
    }
    this.#running = opened.map((connection) => this.#serve(connection));
  }

  /** There may be something to take. */
  wake(): void {
    for (const resume of this.#idle.values()) resume();
    this.#idle.clear();
  }

  /**
   * Closes those that do nothing, for new ones: after a path to the server broke without a word,
   * each of them would be found out only by a statement that waits for nothing.
   */
  renew(): void {
    const why = new Error('another connection got no answer');
    // The end of each wakes the others, which empties the map.
    const idle = [...this.#idle.keys()];
    for (const connection of idle) connection.destroy(why);
  }

  /** Does what was handed in, as far as there are connections, until `deadline`; then ends. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopping = true;
    const why = new Error('the store was stopped');
    this.#gone.abort(why);
    const end = (): void => {
      for (const connection of this.#open) connection.destroy(why);
    };
    if (deadline.aborted) end();
    deadline.addEventListener('abort', end);
    this.wake();
    await Promise.all(this.#running);
    deadline.removeEventListener('abort', end);
    this.#sweep();
    this.#options.source.refuseAll(why.message);
  }

  async #serve(first: Connection): Promise<void> {
    let connection: Connection | undefined = first;
    while (connection) {
      this.#came(connection);
      await this.#work(connection);
      await connection.close();
      await connection.closed;
      this.#went(connection);
      connection = await this.#reopen();
    }
  }

  /** Until the connection is lost, or the pool stops and nothing is left to do. */
  async #work(connection: Connection): Promise<void> {
    const { source } = this.#options;
    connection.whenLost = () => {
      if (connection.silent) this.#options.whenSilent();
      this.wake();
    };
    while (!connection.lost) {
      const work = source.take();
      if (work) await work(connection);
      else if (this.#stopping && source.empty) return;
      else await new Promise<void>((resume) => this.#idle.set(connection, resume));
    }
  }

  #came(connection: Connection): void {
    this.#open.add(connection);
    if (this.#away === undefined) return;
    this.#away = undefined;
    this.#sweep();
    this.#options.whenAway(undefined);
  }

  #went(connection: Connection): void {
    this.#open.delete(connection);
    // The other connections may wait for the last piece of work to end.
    this.wake();
    if (this.#stopping) return;
    const why = connection.lost ? wordsOf(connection.lost) : 'the connection was lost';
    this.#options.whenLost(why);
    if (this.#open.size > 0) return;
    this.#goAway(connection.lost ?? new Error(why));
    this.#sweepLater();
  }

  #goAway(cause: unknown): void {
    this.#away = wordsOf(cause);
    this.#options.whenAway(cause);
  }

  #sweepLater(): void {
    this.#sweep = this.#options.clock.after(this.#options.sweepMs, () => {
      this.#options.source.refuseOverdue(this.#away ?? '');
      this.#sweepLater();
    });
  }

  async #reopen(): Promise<Connection | undefined> {
    const { backoffMaxMs = LAST_BACKOFF_MS } = this.#options;
    let limitMs = FIRST_BACKOFF_MS;
    while (!this.#stopping) {
      await this.#pause(this.#options.random.next() * limitMs);
      limitMs = Math.min(limitMs * 2, backoffMaxMs);
      if (this.#stopping) return undefined;
      try {
        return await this.#options.open(this.#gone.signal);
      } catch (error) {
        if (this.#away !== undefined && !this.#stopping) this.#goAway(error);
      }
    }
    return undefined;
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#gone;
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#options.clock.after(delayMs, end);
      signal.addEventListener('abort', end);
      if (this.#stopping) end();
    });
  }
}
