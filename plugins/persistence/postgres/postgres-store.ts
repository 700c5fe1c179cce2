/** Role `persistence` over a PostgreSQL database. */
import type { Host } from 'im-kernel/contract';
import type {
  AppendOutcome,
  ConversationLine,
  ConversationRecord,
  Cursor,
  Entry,
  FriendLine,
  Ownership,
  Persistence,
  Progress,
  Range,
  Register,
  Retired,
  Retirement,
  SenderKey,
  ShardAppend,
  ShardPage,
} from 'im-kernel/contract';
import { AppendQueue } from './append-queue.ts';
import { retire } from './bodies.ts';
import { CallQueue } from './call-queue.ts';
import type { Connection } from './connection.ts';
import { Dialer } from './dialer.ts';
import { openingError } from './faults.ts';
import { Lifeline } from './lifeline.ts';
import { nameLog, uuidFrom } from './log-name.ts';
import { migrate } from './migrate.ts';
import { Pool, type PoolOptions } from './pool.ts';
import * as reads from './reads.ts';
import * as register from './register.ts';
import { Reporter, type Side } from './reporter.ts';
import type { Settings } from './settings.ts';
import * as shardReads from './shard-reads.ts';
import * as writes from './writes.ts';

/** Between two attempts to reach a server at the start. */
const FIRST_RETRY_MS = 100;
/** A part of `wait`, so that what waits is refused soon after. */
const SWEEPS_PER_WAIT = 4;
/** The lifeline comes back well within a lease. */
const LIFELINE_BACKOFF_MAX_MS = 500;

export class PostgresStore implements Persistence {
  readonly ownership: Ownership;
  readonly register: Register;
  readonly #settings: Settings;
  readonly #host: Host;
  readonly #dialer: Dialer;
  readonly #reporter: Reporter;
  readonly #appends: AppendQueue;
  readonly #calls: CallQueue;
  readonly #beats: CallQueue;
  /** In the sequence in which they are opened. */
  readonly #pools: readonly Pool[];
  #log = '';
  #shards: number;

  constructor(settings: Settings, host: Host) {
    this.#settings = settings;
    this.#host = host;
    this.#shards = settings.shards;
    this.#dialer = new Dialer(settings, host);
    this.#reporter = new Reporter(host);
    this.#appends = this.#appendQueue(() => writers.wake());
    this.#calls = this.#callQueue(() => readers.wake());
    this.#beats = this.#callQueue(() => beats.wake());
    const lifeline = new Lifeline(this.#beats, this.#calls);
    const open = (signal: AbortSignal): Promise<Connection> => this.#dialer.open(signal);
    const writers = this.#pool('writers', this.#appends, { size: settings.writers, open });
    const readers = this.#pool('readers', this.#calls, { size: settings.readers, open });
    const beats = this.#pool('lifeline', this.#beats, {
      size: 1,
      open: (signal) => lifeline.open((limitMs) => this.#dialer.open(signal, limitMs)),
      backoffMaxMs: LIFELINE_BACKOFF_MAX_MS,
    });
    this.#pools = [writers, readers, beats];
    this.ownership = lifeline;
    this.register = {
      read: (key) => this.#ask(true, (on) => register.readValue(on, key)),
      compareAndSet: (key, expected, next) =>
        this.#ask(false, (on) => register.compareAndSet(on, key, expected, next)),
      list: (prefix, after, limit) =>
        this.#ask(true, (on) => register.listValues(on, prefix, after, limit)),
    };
    this.#gauges();
  }

  get guarantees(): Persistence['guarantees'] {
    return { durability: this.#dialer.durability, shared: true };
  }
  get log(): string {
    return this.#log;
  }
  get shards(): number {
    return this.#shards;
  }

  async start(signal: AbortSignal): Promise<void> {
    try {
      await this.#prepare(signal);
      await this.#startPools(signal);
    } catch (error) {
      throw openingError(error, this.#dialer.database);
    }
    for (const queue of this.#queues) queue.open();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    for (const queue of this.#queues) queue.close();
    await Promise.all(this.#pools.map((pool) => pool.stop(deadline)));
  }

  async append(batch: readonly ShardAppend[]): Promise<readonly AppendOutcome[]> {
    const outcomes = await this.#appends.add(batch);
    for (const outcome of outcomes) this.#reporter.outcome(outcome);
    return outcomes;
  }

  saveProgress(progress: Progress): Promise<void> {
    return this.#ask(true, (on) => writes.saveProgress(on, progress));
  }
  registerDevice(user: string, device: string): Promise<boolean> {
    return this.#ask(false, (on) => writes.registerDevice(on, user, device));
  }
  readConversation(conversation: string, range: Range): Promise<readonly Entry[]> {
    return this.#ask(true, (on) => reads.readConversation(on, conversation, range));
  }
  readShard(shard: number, after: number, limit: number): Promise<ShardPage> {
    return this.#ask(true, (on) => shardReads.readShard(on, shard, after, limit));
  }
  shardEnd(shard: number): Promise<number> {
    return this.#ask(true, (on) => shardReads.shardEnd(on, shard));
  }
  retire(retirement: Retirement): Promise<Retired> {
    return this.#ask(true, (on) => retire(on, retirement));
  }
  loadConversation(conversation: string): Promise<ConversationRecord | undefined> {
    return this.#ask(true, (on) => reads.loadConversation(on, conversation));
  }
  lastEntries(keys: readonly SenderKey[]): Promise<readonly (Entry | undefined)[]> {
    return this.#ask(true, (on) => reads.lastEntries(on, keys));
  }
  findEntry(key: SenderKey, number: number): Promise<Entry | undefined> {
    return this.#ask(true, (on) => reads.findEntry(on, key, number));
  }
  loadCursor(conversation: string, user: string, device: string): Promise<Cursor> {
    return this.#ask(true, (on) => reads.loadCursor(on, conversation, user, device));
  }
  backlog(
    user: string,
    device: string,
    afterName: string,
    limit: number,
  ): Promise<readonly string[]> {
    return this.#ask(true, (on) => reads.backlog(on, user, device, afterName, limit));
  }
  conversationsOf(
    user: string,
    afterName: string,
    limit: number,
  ): Promise<readonly ConversationLine[]> {
    return this.#ask(true, (on) => reads.conversationsOf(on, user, afterName, limit));
  }
  friendsOf(user: string, afterName: string, limit: number): Promise<readonly FriendLine[]> {
    return this.#ask(true, (on) => reads.friendsOf(on, user, afterName, limit));
  }
  lastSeen(users: readonly string[]): Promise<readonly number[]> {
    return this.#ask(true, (on) => reads.lastSeen(on, users));
  }

  #ask<T>(again: boolean, work: (on: Connection) => Promise<T>): Promise<T> {
    return this.#calls.ask(again, work);
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    const { schema, shards } = this.#settings;
    const connection = await this.#firstConnection(signal);
    const abort = (): void => connection.destroy(new Error('the start was given up'));
    signal.addEventListener('abort', abort);
    try {
      await migrate(connection, { database: this.#dialer.database, schema });
      const proposed = { log: uuidFrom(this.#host.random), shards };
      const found = await nameLog(connection, proposed);
      this.#log = found.log;
      this.#shards = found.shards;
      this.#dialer.expectLog(found.log);
      await connection.close();
    } finally {
      signal.removeEventListener('abort', abort);
      connection.destroy(new Error('it served its purpose'));
      await connection.closed;
    }
    if (this.#shards === shards) return;
    this.#host.log.warn('the number of shards was fixed when the tables were made', {
      database: this.#dialer.database,
      shards: this.#shards,
      configured: shards,
    });
  }

  /** A server that is starting itself gets as long as a request would wait for it. */
  async #firstConnection(signal: AbortSignal): Promise<Connection> {
    const { clock } = this.#host;
    const endMs = clock.monotonic() + this.#settings.wait;
    for (;;) {
      try {
        return await this.#dialer.open(signal);
      } catch (error) {
        const refusal = openingError(error, this.#dialer.database);
        const passing = refusal.code === 'IM_STORE_REACH' && !signal.aborted;
        if (!passing || clock.monotonic() > endMs) throw refusal;
        await new Promise<void>((resolve) => clock.after(FIRST_RETRY_MS, resolve));
      }
    }
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
      throw error;
    }
  }

  get #queues(): readonly (AppendQueue | CallQueue)[] {
    return [this.#appends, this.#calls, this.#beats];
  }

  #callQueue(added: () => void): CallQueue {
    return new CallQueue({
      clock: this.#host.clock,
      waitMs: this.#settings.wait,
      added,
      failed: (error, fault) => this.#reporter.failed(error, fault),
    });
  }

  #appendQueue(added: () => void): AppendQueue {
    const { commit, batchEntries, batchBytes, wait } = this.#settings;
    return new AppendQueue({
      clock: this.#host.clock,
      waitMs: wait,
      together: commit === 'batch',
      entriesMax: batchEntries,
      bytesMax: batchBytes,
      keep: writes.append,
      events: {
        added,
        committed: (...numbers) => this.#reporter.committed(...numbers),
        failed: (error, fault) => this.#reporter.failed(error, fault),
      },
    });
  }

  #pool(
    side: Side,
    source: AppendQueue | CallQueue,
    options: Pick<PoolOptions, 'size' | 'open' | 'backoffMaxMs'>,
  ): Pool {
    const { clock, random } = this.#host;
    return new Pool({
      ...options,
      source,
      clock,
      random,
      sweepMs: this.#settings.wait / SWEEPS_PER_WAIT,
      whenAway: (why) => {
        const error = why === undefined ? undefined : openingError(why, this.#dialer.database);
        this.#reporter.away(side, error);
      },
      whenLost: (why) => this.#reporter.lost(side, why),
      whenSilent: () => {
        for (const pool of this.#pools) pool.renew();
      },
    });
  }

  #gauges(): void {
    const { metrics } = this.#host;
    metrics.gauge('store_pending_requests', 'Requests that wait for a connection.', () => {
      return this.#queues.reduce((sum, queue) => sum + queue.length, 0);
    });
    metrics.gauge('store_connections', 'Connections to the database.', () => {
      return this.#pools.reduce((sum, pool) => sum + pool.size, 0);
    });
  }
}
