/** Role `persistence` over a PostgreSQL database. */
import type { Host, Random } from 'im-kernel/contract';
import type {
  AppendOutcome,
  ConversationLine,
  ConversationRecord,
  Cursor,
  Entry,
  FriendLine,
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
import { nameLog } from './log-name.ts';
import { migrate } from './migrate.ts';
import { Pool } from './pool.ts';
import * as reads from './reads.ts';
import * as register from './register.ts';
import { Reporter } from './reporter.ts';
import type { Settings } from './settings.ts';
import * as shardReads from './shard-reads.ts';
import * as writes from './writes.ts';

function uuidFrom(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Between two attempts to reach a server at the start. */
const FIRST_RETRY_MS = 100;
/** A part of `wait`, so that what waits is refused soon after. */
const SWEEPS_PER_WAIT = 4;

export class PostgresStore implements Persistence {
  readonly register: Register;
  readonly #settings: Settings;
  readonly #host: Host;
  readonly #dialer: Dialer;
  readonly #reporter: Reporter;
  readonly #appends: AppendQueue;
  readonly #calls: CallQueue;
  readonly #writers: Pool;
  readonly #readers: Pool;
  #log = '';
  #shards: number;

  constructor(settings: Settings, host: Host) {
    this.#settings = settings;
    this.#host = host;
    this.#shards = settings.shards;
    this.#dialer = new Dialer(settings, host);
    this.#reporter = new Reporter(host);
    this.#appends = this.#appendQueue();
    this.#calls = new CallQueue({
      clock: host.clock,
      waitMs: settings.wait,
      added: () => this.#readers.wake(),
      failed: (error, fault) => this.#reporter.failed(error, fault),
    });
    this.#writers = this.#pool('writers', settings.writers, this.#appends);
    this.#readers = this.#pool('readers', settings.readers, this.#calls);
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
      await this.#writers.start(signal);
      await this.#startReaders(signal);
    } catch (error) {
      throw openingError(error, this.#dialer.database);
    }
    this.#appends.open();
    this.#calls.open();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#appends.close();
    this.#calls.close();
    await Promise.all([this.#writers.stop(deadline), this.#readers.stop(deadline)]);
  }

  takeShards(node: string, shards: readonly number[]): Promise<readonly number[]> {
    return this.#ask(false, (on) => writes.takeShards(on, node, shards));
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

  async #startReaders(signal: AbortSignal): Promise<void> {
    try {
      await this.#readers.start(signal);
    } catch (error) {
      await this.#writers.stop(signal);
      throw error;
    }
  }

  #appendQueue(): AppendQueue {
    const { commit, batchEntries, batchBytes, wait } = this.#settings;
    return new AppendQueue({
      clock: this.#host.clock,
      waitMs: wait,
      together: commit === 'batch',
      entriesMax: batchEntries,
      bytesMax: batchBytes,
      keep: writes.append,
      events: {
        added: () => this.#writers.wake(),
        committed: (...numbers) => this.#reporter.committed(...numbers),
        failed: (error, fault) => this.#reporter.failed(error, fault),
      },
    });
  }

  #pool(side: 'writers' | 'readers', size: number, source: AppendQueue | CallQueue): Pool {
    const { clock, random } = this.#host;
    return new Pool({
      size,
      source,
      clock,
      random,
      open: (signal) => this.#dialer.open(signal),
      sweepMs: this.#settings.wait / SWEEPS_PER_WAIT,
      whenAway: (why) => {
        const error = why === undefined ? undefined : openingError(why, this.#dialer.database);
        this.#reporter.away(side, error);
      },
      whenLost: (why) => this.#reporter.lost(side, why),
      whenSilent: () => {
        this.#writers.renew();
        this.#readers.renew();
      },
    });
  }

  #gauges(): void {
    const { metrics } = this.#host;
    metrics.gauge('store_pending_requests', 'Requests that wait for a connection.', () => {
      return this.#appends.length + this.#calls.length;
    });
    metrics.gauge('store_connections', 'Connections to the database.', () => {
      return this.#writers.size + this.#readers.size;
    });
  }
}
