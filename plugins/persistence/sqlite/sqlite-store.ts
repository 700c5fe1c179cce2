/** Role `persistence` over one SQLite file, which a thread of its own writes and reads. */
import { ImError } from 'im-kernel/contract';
import type {
  AppendOutcome,
  ConversationLine,
  ConversationRecord,
  Counter,
  Cursor,
  Entry,
  FriendLine,
  Ownership,
  Persistence,
  PersistenceHost,
  Progress,
  Random,
  Range,
  Register,
  Retired,
  Retirement,
  SenderKey,
  ShardAppend,
  ShardPage,
} from 'im-kernel/contract';
import { pack, unpack } from './packing.ts';
import { Reporter } from './reporter.ts';
import { StoreThread } from './store-thread.ts';

export interface SqliteSettings {
  readonly file: string;
  readonly shards: number;
}

function uuidFrom(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export class SqliteStore implements Persistence {
  readonly guarantees: Persistence['guarantees'];
  readonly ownership: Ownership;
  readonly register: Register;
  readonly #settings: SqliteSettings;
  readonly #host: PersistenceHost;
  readonly #thread: StoreThread;
  /** Where one process has the file alone, one thread does both. */
  readonly #owning: StoreThread;
  readonly #outcomes: Counter;
  #log = '';
  #shards: number;
  #freeing = false;

  constructor(settings: SqliteSettings, host: PersistenceHost) {
    this.#settings = settings;
    this.#host = host;
    this.#shards = settings.shards;
    this.guarantees = { durability: 'disk', shared: host.together };
    const reporter = new Reporter(host, () => void this.#free());
    this.#thread = new StoreThread(reporter, 'store');
    this.#owning = host.together ? new StoreThread(reporter, 'ownership') : this.#thread;
    this.#outcomes = host.metrics.counter(
      'store_parts_total',
      'Parts of batches handed in, by outcome.',
      'outcome',
    );
    host.metrics.gauge('store_pending_requests', 'Requests on their way.', () => {
      return this.#thread.pending;
    });
    this.ownership = {
      beat: (life, leaseMs) => this.#owning.ask('beat', [life, leaseMs]),
      look: () => this.#owning.ask('look', []),
      leave: (life) => this.#owning.ask('leave', [life]),
      take: (life, takes, force) => this.#owning.ask('take', [life, takes, force]),
    };
    this.register = {
      read: (key) => this.#thread.ask('readRegister', [key]),
      compareAndSet: (key, expected, next) =>
        this.#thread.ask('compareAndSet', [key, expected, next]),
      list: (prefix, after, limit) => this.#thread.ask('listRegister', [prefix, after, limit]),
    };
  }

  get log(): string {
    return this.#log;
  }
  get shards(): number {
    return this.#shards;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { file, shards } = this.#settings;
    const { together } = this.#host;
    const proposed = { file, shards, log: uuidFrom(this.#host.random), together };
    const opened = await this.#thread.open(proposed, signal);
    if (together) await this.#owning.open({ ...proposed, ...opened }, signal);
    this.#log = opened.log;
    this.#shards = opened.shards;
    if (opened.shards === shards) return;
    this.#host.log.warn('the number of shards was fixed when the file was made', {
      file,
      shards: opened.shards,
      configured: shards,
    });
  }

  async stop(deadline: AbortSignal): Promise<void> {
    await this.#owning.close(deadline);
    await this.#thread.close(deadline);
  }

  /** Somebody holds the file: whoever was stopped with it, and owns nothing any more, is ended. */
  async #free(): Promise<void> {
    if (this.#freeing) return;
    this.#freeing = true;
    await this.#owning.ask('free', []).catch(() => undefined);
    this.#freeing = false;
  }

  async append(batch: readonly ShardAppend[]): Promise<readonly AppendOutcome[]> {
    const heads = batch.map(({ shard, epoch, entries, changes }) => {
      return { shard, epoch, changes, count: entries.length };
    });
    const entries = packAll(batch);
    const outcomes = await this.#thread.ask('append', [heads, entries], [entries.buffer]);
    for (const outcome of outcomes) this.#outcomes.add(1, outcome);
    return outcomes;
  }

  saveProgress(progress: Progress): Promise<void> {
    return this.#thread.ask('saveProgress', [progress]);
  }

  registerDevice(user: string, device: string): Promise<boolean> {
    return this.#thread.ask('registerDevice', [user, device]);
  }

  async readConversation(conversation: string, range: Range): Promise<readonly Entry[]> {
    return unpack(await this.#thread.ask('readConversation', [conversation, range]));
  }

  async readShard(shard: number, after: number, limit: number): Promise<ShardPage> {
    const { entries, upTo } = await this.#thread.ask('readShard', [shard, after, limit]);
    return { entries: unpack(entries), upTo };
  }

  /** Cursors are rows of the one log, so all shards end where it ends. */
  shardEnd(): Promise<number> {
    return this.#thread.ask('shardEnd', []);
  }

  retire(retirement: Retirement): Promise<Retired> {
    return this.#thread.ask('retire', [retirement]);
  }

  loadConversation(conversation: string): Promise<ConversationRecord | undefined> {
    return this.#thread.ask('loadConversation', [conversation]);
  }

  async lastEntries(keys: readonly SenderKey[]): Promise<readonly (Entry | undefined)[]> {
    const { found, entries } = await this.#thread.ask('lastEntries', [keys]);
    const answer = Array.from<Entry | undefined>({ length: keys.length });
    for (const [at, entry] of unpack(entries).entries()) answer[found[at]!] = entry;
    return answer;
  }

  async findEntry(key: SenderKey, number: number): Promise<Entry | undefined> {
    return unpack(await this.#thread.ask('findEntry', [key, number]))[0];
  }

  loadCursor(conversation: string, user: string, device: string): Promise<Cursor> {
    return this.#thread.ask('loadCursor', [conversation, user, device]);
  }

  backlog(
    user: string,
    device: string,
    afterName: string,
    limit: number,
  ): Promise<readonly string[]> {
    return this.#thread.ask('backlog', [user, device, afterName, limit]);
  }

  conversationsOf(
    user: string,
    afterName: string,
    limit: number,
  ): Promise<readonly ConversationLine[]> {
    return this.#thread.ask('conversationsOf', [user, afterName, limit]);
  }

  friendsOf(user: string, afterName: string, limit: number): Promise<readonly FriendLine[]> {
    return this.#thread.ask('friendsOf', [user, afterName, limit]);
  }

  lastSeen(users: readonly string[]): Promise<readonly number[]> {
    return this.#thread.ask('lastSeen', [users]);
  }
}

function packAll(batch: readonly ShardAppend[]): ReturnType<typeof pack> {
  try {
    return pack(batch.flatMap(({ entries }) => entries));
  } catch (error) {
    throw new ImError('IM_BUG', { why: error instanceof Error ? error.message : String(error) });
  }
}
