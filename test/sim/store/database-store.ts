/**
 * The store `postgres` over a simulated database: its own queues and pools of connections, so that
 * waiting, putting off, retrying and not knowing are as they are there; only the statements are not
 * SQL.
 */
import {
  ImError,
  reasonOf,
  type Host,
  type Persistence,
  type ShardAppend,
} from 'im-kernel/contract';
import { AppendQueue } from '../../../plugins/persistence/postgres/append-queue.ts';
import { CallQueue } from '../../../plugins/persistence/postgres/call-queue.ts';
import type { Connection } from '../../../plugins/persistence/postgres/connection.ts';
import { Pool, type PoolOptions } from '../../../plugins/persistence/postgres/pool.ts';
import { Reporter, type Side } from '../../../plugins/persistence/postgres/reporter.ts';
import { readsOf } from './reads-of.ts';
import { SimConnection, type Dialing, type Statement } from './sim-connection.ts';
import { simulated, SimLifeline } from './sim-lifeline.ts';

export interface DatabaseSettings {
  readonly writers: number;
  readonly readers: number;
  readonly together: boolean;
}

/** As the plugin's settings of these names have it. */
const WAIT_MS = 3_000;
const SWEEPS_PER_WAIT = 4;
const ENTRIES_MAX = 4_096;
const BYTES_MAX = 4_194_304;
const FIRST_RETRY_MS = 100;
const LIFELINE_BACKOFF_MAX_MS = 500;

class Queues {
  readonly #dialing: Dialing;
  readonly #host: Host;
  readonly #appends: AppendQueue;
  readonly #calls: CallQueue;
  readonly #beats: CallQueue;
  readonly #writers: Pool;
  readonly #readers: Pool;
  readonly #lifeline: Pool;
  readonly ownership: SimLifeline;

  constructor(settings: DatabaseSettings, dialing: Dialing, host: Host) {
    this.#dialing = dialing;
    this.#host = host;
    const reporter = new Reporter(host);
    this.#appends = new AppendQueue({
      clock: host.clock,
      waitMs: WAIT_MS,
      together: settings.together,
      entriesMax: ENTRIES_MAX,
      bytesMax: BYTES_MAX,
      keep: (connection, parts) => simulated(connection).write((on) => on.append(parts)),
      events: {
        added: () => this.#writers.wake(),
        committed: (...numbers) => reporter.committed(...numbers),
        failed: (error, fault) => reporter.failed(error, fault),
      },
    });
    this.#calls = callQueue(host, reporter, () => this.#readers.wake());
    this.#beats = callQueue(host, reporter, () => this.#lifeline.wake());
    const open = (signal: AbortSignal): Promise<Connection> => this.#open(signal);
    this.#writers = this.#pool('writers', this.#appends, reporter, {
      size: settings.writers,
      open,
    });
    this.#readers = this.#pool('readers', this.#calls, reporter, { size: settings.readers, open });
    this.ownership = new SimLifeline(dialing.database, this.#beats, this.#calls);
    this.#lifeline = this.#pool('lifeline', this.#beats, reporter, {
      size: 1,
      open: (signal) => this.ownership.open(() => open(signal)),
      backoffMaxMs: LIFELINE_BACKOFF_MAX_MS,
    });
  }

  /** A server that is away gets as long as a request would wait for it. */
  async start(signal: AbortSignal): Promise<void> {
    const { clock } = this.#host;
    const endMs = clock.monotonic() + WAIT_MS;
    await this.#dialing.database.begin();
    for (;;) {
      try {
        const first = await this.#open(signal);
        await simulated(first).read((on) => on.lastSeen([]));
        await first.close();
        break;
      } catch (error) {
        signal.throwIfAborted();
        const why = reasonOf(error);
        if (clock.monotonic() > endMs)
          throw new ImError('IM_STORE_REACH', { database: 'simulated', why }, { cause: error });
        await new Promise<void>((resolve) => clock.after(FIRST_RETRY_MS, resolve));
      }
    }
    await this.#startPools(signal);
    this.#appends.open();
    this.#calls.open();
    this.#beats.open();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#appends.close();
    this.#calls.close();
    this.#beats.close();
    await Promise.all(this.#pools.map((pool) => pool.stop(deadline)));
  }

  append(batch: readonly ShardAppend[]): ReturnType<Persistence['append']> {
    return this.#appends.add(batch);
  }

  read<T>(statement: Statement<T>): Promise<T> {
    return this.#calls.ask(true, (connection) => simulated(connection).read(statement));
  }

  /** `again`: doing it twice is like doing it once. */
  write<T>(again: boolean, statement: Statement<T>): Promise<T> {
    return this.#calls.ask(again, (connection) => simulated(connection).write(statement));
  }

  get #pools(): readonly Pool[] {
    return [this.#writers, this.#readers, this.#lifeline];
  }

  async #startPools(signal: AbortSignal): Promise<void> {
    const started: Pool[] = [];
    try {
      for (const pool of this.#pools) {
        await pool.start(signal);
        started.push(pool);
      }
    } catch (error) {
      for (const pool of started) await pool.stop(signal);
      signal.throwIfAborted();
      throw unreachable(error);
    }
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    const connection = await SimConnection.open(this.#dialing, signal);
    return connection as unknown as Connection;
  }

  #pool(
    side: Side,
    source: AppendQueue | CallQueue,
    reporter: Reporter,
    options: Pick<PoolOptions, 'size' | 'open' | 'backoffMaxMs'>,
  ): Pool {
    return new Pool({
      ...options,
      source,
      clock: this.#host.clock,
      random: this.#host.random,
      sweepMs: WAIT_MS / SWEEPS_PER_WAIT,
      whenAway: (why) => reporter.away(side, why === undefined ? undefined : unreachable(why)),
      whenLost: (why) => reporter.lost(side, why),
      whenSilent: () => {
        for (const pool of this.#pools) pool.renew();
      },
    });
  }
}

function callQueue(host: Host, reporter: Reporter, added: () => void): CallQueue {
  return new CallQueue({
    clock: host.clock,
    waitMs: WAIT_MS,
    added,
    failed: (error, fault) => reporter.failed(error, fault),
  });
}

function unreachable(cause: unknown): ImError {
  const why = reasonOf(cause);
  return new ImError('IM_STORE_REACH', { database: 'simulated', why }, { cause });
}

export function databaseStore(
  settings: DatabaseSettings,
  dialing: Dialing,
  host: Host,
): Persistence {
  const queues = new Queues(settings, dialing, host);
  const { content } = dialing.database;
  return {
    guarantees: { durability: 'disk', shared: true },
    get log() {
      return content.log;
    },
    get shards() {
      return content.shards;
    },
    start: (signal) => queues.start(signal),
    stop: (deadline) => queues.stop(deadline),
    append: (batch) => queues.append(batch),
    saveProgress: (progress) => queues.write(true, (on) => on.saveProgress(progress)),
    registerDevice: (...device) => queues.write(false, (on) => on.registerDevice(...device)),
    retire: (retirement) => queues.write(true, (on) => on.retire(retirement)),
    ...readsOf((statement) => queues.read(statement)),
    ownership: queues.ownership,
    register: {
      read: (key) => queues.read((on) => on.register.read(key)),
      list: (...page) => queues.read((on) => on.register.list(...page)),
      compareAndSet: (...change) =>
        queues.write(false, (on) => on.register.compareAndSet(...change)),
    },
  };
}
