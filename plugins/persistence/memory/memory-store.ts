/**
 * The plain reference of role `persistence`. It has no I/O and takes time and chance from its host,
 * so a simulator can own it. What it holds lives as long as the object: stopped and started again,
 * it is the same log.
 */
import { ImError } from 'im-kernel/contract';
import type {
  AppendOutcome,
  Clock,
  ConversationLine,
  ConversationRecord,
  Cursor,
  Entry,
  FriendLine,
  Ownership,
  Persistence,
  Progress,
  Random,
  Range,
  Register,
  Registered,
  Retired,
  Retirement,
  SenderKey,
  ShardAppend,
  ShardPage,
} from 'im-kernel/contract';
import { Book, copyOf, deviceKey, retire } from './book.ts';
import { Friends } from './friends.ts';
import { Owners } from './owners.ts';

function uuidFrom(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function bodyless(entry: Entry | undefined): Entry | undefined {
  if (entry === undefined) return undefined;
  const { body: _, ...rest } = entry;
  return rest;
}

function byName(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Those above `after`, in byte order. */
function following(names: Iterable<string>, after: string): string[] {
  return [...names].filter((name) => byName(name, after) > 0).sort(byName);
}

/** What it takes of its host. */
interface Needs {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly random: Random;
}

export class MemoryStore implements Persistence {
  readonly guarantees = { durability: 'memory', shared: false } as const;
  readonly shards: number;
  readonly ownership: Ownership;
  readonly register: Register;
  readonly #random: Random;
  readonly #owners: Owners;
  /** Per shard, its entries in the sequence in which they were kept; cursors count them. */
  readonly #logs: Entry[][];
  readonly #books = new Map<string, Book>();
  /** Per user, the conversations that the user is or was in. */
  readonly #booksOf = new Map<string, Set<string>>();
  readonly #friends = new Friends();
  readonly #devices = new Set<string>();
  readonly #seen = new Map<string, number>();
  readonly #values = new Map<string, string>();
  #log = '';
  #running = false;

  constructor(shards: number, { clock, random }: Needs) {
    this.shards = shards;
    this.#random = random;
    this.#owners = new Owners(shards, clock);
    this.#logs = Array.from({ length: shards }, () => []);
    this.ownership = {
      beat: async (life, leaseMs) => this.#open() && this.#owners.beat(life, leaseMs),
      look: async () => this.#open() && this.#owners.look(),
      leave: async (life) => {
        this.#open();
        this.#owners.leave(life);
      },
      take: async (life, takes, force) => this.#open() && this.#owners.take(life, takes, force),
    };
    this.register = {
      read: async (key) => this.#open() && this.#values.get(key),
      compareAndSet: async (key, expected, next) => this.#swap(key, expected, next),
      list: async (prefix, after, limit) => this.#list(prefix, after, limit),
    };
  }

  get log(): string {
    return this.#log;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#log ||= uuidFrom(this.#random);
    this.#running = true;
  }

  async stop(): Promise<void> {
    this.#running = false;
  }

  async append(batch: readonly ShardAppend[]): Promise<readonly AppendOutcome[]> {
    this.#open();
    this.#friends.check(batch);
    return batch.map((part) => this.#keep(part));
  }

  #keep(part: ShardAppend): AppendOutcome {
    if (part.epoch < 1 || this.#owners.epoch(part.shard) !== part.epoch) return 'fenced';
    if (!this.#fits(part.entries)) return 'stale';
    const log = this.#logs[part.shard]!;
    for (const entry of part.entries) log.push(this.#book(entry.conversation).add(entry));
    for (const change of part.changes) {
      this.#book(change.conversation).change(change);
      this.#friends.change(change);
      for (const { user } of change.members ?? []) this.#listed(user).add(change.conversation);
    }
    return 'kept';
  }

  /** Positions go on from the last; numbers are new, in the log and among themselves. */
  #fits(entries: readonly Entry[]): boolean {
    const last = new Map<string, number>();
    const numbers = new Set<string>();
    for (const { conversation, user, device, number, position } of entries) {
      const book = this.#books.get(conversation);
      const key = `${conversation} ${deviceKey(user, device)} ${number}`;
      if (position !== (last.get(conversation) ?? book?.last ?? 0) + 1) return false;
      if (numbers.has(key) || book?.find(user, device, number)) return false;
      last.set(conversation, position);
      numbers.add(key);
    }
    return true;
  }

  async saveProgress(progress: Progress): Promise<void> {
    this.#open();
    for (const { conversation, user, device, cursor } of progress.cursors) {
      this.#books.get(conversation)?.moveCursor(user, device, cursor);
    }
    for (const { conversation, user, marks } of progress.marks) {
      this.#books.get(conversation)?.mark(user, marks);
    }
    for (const { user, at } of progress.seen) {
      this.#seen.set(user, Math.max(at, this.#seen.get(user) ?? 0));
    }
  }

  async registerDevice(user: string, device: string): Promise<boolean> {
    this.#open();
    const key = deviceKey(user, device);
    if (this.#devices.has(key)) return false;
    this.#devices.add(key);
    for (const name of this.#listed(user)) this.#book(name).begin(user, device);
    return true;
  }

  async readConversation(conversation: string, range: Range): Promise<readonly Entry[]> {
    this.#open();
    return this.#books.get(conversation)?.read(range) ?? [];
  }

  async readShard(shard: number, after: number, limit: number): Promise<ShardPage> {
    this.#open();
    const piece = this.#logs[shard]!.slice(after, after + Math.max(0, limit));
    return { entries: piece.map(copyOf), upTo: after + piece.length };
  }

  async shardEnd(shard: number): Promise<number> {
    this.#open();
    return this.#logs[shard]!.length;
  }

  async retire({ shard, after, upTo, acceptedBefore, limit }: Retirement): Promise<Retired> {
    this.#open();
    const piece = this.#logs[shard]!.slice(after, Math.min(after + limit, upTo ?? Infinity));
    const young = piece.findIndex(({ acceptedAt }) => acceptedAt >= acceptedBefore);
    const due = young < 0 ? piece : piece.slice(0, young);
    return { upTo: after + due.length, bodies: due.filter(retire).length };
  }

  async loadConversation(conversation: string): Promise<ConversationRecord | undefined> {
    this.#open();
    return this.#books.get(conversation)?.record();
  }

  async lastEntries(keys: readonly SenderKey[]): Promise<readonly (Entry | undefined)[]> {
    this.#open();
    return keys.map(({ conversation, user, device }) =>
      bodyless(this.#books.get(conversation)?.newest(user, device)),
    );
  }

  async findEntry(key: SenderKey, number: number): Promise<Entry | undefined> {
    this.#open();
    return bodyless(this.#books.get(key.conversation)?.find(key.user, key.device, number));
  }

  async loadCursor(conversation: string, user: string, device: string): Promise<Cursor> {
    this.#open();
    return this.#books.get(conversation)?.cursorOf(user, device) ?? { cursor: 0, start: 0 };
  }

  async backlog(
    user: string,
    device: string,
    afterName: string,
    limit: number,
  ): Promise<readonly string[]> {
    this.#open();
    const waits = (name: string): boolean => {
      const book = this.#book(name);
      return book.lastSeenBy(user) > book.cursorOf(user, device).cursor;
    };
    return following(this.#listed(user), afterName).filter(waits).slice(0, Math.max(0, limit));
  }

  async conversationsOf(
    user: string,
    afterName: string,
    limit: number,
  ): Promise<readonly ConversationLine[]> {
    this.#open();
    const lines: ConversationLine[] = [];
    for (const conversation of following(this.#listed(user), afterName)) {
      const book = this.#book(conversation);
      const from = book.stay(user)?.from;
      if (from === undefined) continue;
      const { last, title } = book;
      lines.push({ conversation, last, from, title, ...book.marksOf(user) });
    }
    return lines.slice(0, Math.max(0, limit));
  }

  async friendsOf(user: string, afterName: string, limit: number): Promise<readonly FriendLine[]> {
    this.#open();
    const lines = this.#friends.of(user);
    return following(lines.keys(), afterName)
      .slice(0, Math.max(0, limit))
      .map((other) => ({ user: other, state: lines.get(other)! }));
  }

  async lastSeen(users: readonly string[]): Promise<readonly number[]> {
    this.#open();
    return users.map((user) => this.#seen.get(user) ?? 0);
  }

  #swap(key: string, expected: string | undefined, next: string): boolean {
    this.#open();
    if (this.#values.get(key) !== expected) return false;
    this.#values.set(key, next);
    return true;
  }

  #list(prefix: string, after: string, limit: number): Registered[] {
    this.#open();
    return following(this.#values.keys(), after)
      .filter((key) => key.startsWith(prefix))
      .slice(0, Math.max(0, limit))
      .map((key) => ({ key, value: this.#values.get(key)! }));
  }

  #book(name: string): Book {
    const book = this.#books.get(name) ?? new Book(name);
    this.#books.set(name, book);
    return book;
  }

  #listed(user: string): Set<string> {
    const names = this.#booksOf.get(user) ?? new Set<string>();
    this.#booksOf.set(user, names);
    return names;
  }

  #open(): true {
    if (!this.#running) throw new ImError('IM_STORE_AWAY', { why: 'it is not running' });
    return true;
  }
}
