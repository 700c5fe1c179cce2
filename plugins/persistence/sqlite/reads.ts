/** Answers every question of the contract, between transactions. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  ConversationLine,
  Cursor,
  Entry,
  FriendLine,
  Range,
  Registered,
  SenderKey,
} from 'im-kernel/contract';
import { BODY, optional, toEntry, type Row } from './rows.ts';
import { loadConversation, type RecordStatements, recordStatements } from './record.ts';
import type { ReadCalls, ShardSlice } from './messages.ts';
import type { Names } from './names.ts';
import { pack, type Packed } from './packing.ts';
import type { RegisterTable } from './register.ts';
import { ShardReads } from './shard-reads.ts';

/** Above every position. */
const NO_END = 2 ** 48;
const COLUMNS = `e.position, e."order", e.id, d.user, d.name, e.number, e.sent_at, e.accepted_at,
                 e.kind, e.media_type, e.act`;
const RANGE = `SELECT ${COLUMNS}, e.body FROM entry e CROSS JOIN device d ON d.id = e.device
                WHERE e.conversation = ? AND e.position > ? AND e.position < ?`;
const NUMBERED = `SELECT ${COLUMNS}, NULL FROM entry e CROSS JOIN device d ON d.id = e.device
                   WHERE e.conversation = ? AND e.device = ?`;

const BACKLOG = `
  SELECT s.conversation FROM stay s CROSS JOIN conversation c ON c.name = s.conversation
   WHERE s.user = :user AND s.conversation > :after
   GROUP BY s.conversation
  HAVING max(coalesce(s.last,
                      (SELECT max(position) FROM entry e WHERE e.conversation = c.id), 0))
         > coalesce((SELECT k.cursor FROM cursor k
                      WHERE k.conversation = c.id AND k.device = :device), 0)
   ORDER BY s.conversation LIMIT :limit`;

const CONVERSATIONS = `
  SELECT s.conversation,
         coalesce((SELECT max(position) FROM entry e WHERE e.conversation = c.id), 0) AS last,
         s.first AS "from", c.title,
         coalesce(m.received, 0) AS received, coalesce(m.read, 0) AS read
    FROM stay s CROSS JOIN conversation c ON c.name = s.conversation
    LEFT JOIN mark m ON m.conversation = c.id AND m.user = s.user
   WHERE s.user = ? AND s.conversation > ? AND s.last IS NULL
   ORDER BY s.conversation LIMIT ?`;

/** SQLite takes a limit below 0 for none. */
function bound(limit: number): number {
  return Math.max(0, limit);
}

/** Rows for as long as their bodies are within the bound, one at least; the rest is not read. */
function within(rows: Iterable<Row>, bodyMaxBytes: number): Row[] {
  const taken: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    bytes += row[BODY]?.length ?? 0;
    if (taken.length > 0 && bytes > bodyMaxBytes) break;
    taken.push(row);
  }
  return taken;
}

export class Reads implements ReadCalls {
  readonly #names: Names;
  readonly #register: RegisterTable;
  readonly #record: RecordStatements;
  readonly #shards: ShardReads;
  readonly #first: StatementSync;
  readonly #last: StatementSync;
  readonly #newest: StatementSync;
  readonly #numbered: StatementSync;
  readonly #cursor: StatementSync;
  readonly #backlog: StatementSync;
  readonly #conversations: StatementSync;
  readonly #friends: StatementSync;
  readonly #seen: StatementSync;

  constructor(db: DatabaseSync, names: Names, register: RegisterTable) {
    this.#names = names;
    this.#register = register;
    this.#record = recordStatements(db);
    this.#shards = new ShardReads(db, COLUMNS);
    this.#first = db.prepare(`${RANGE} ORDER BY e.position LIMIT ?`);
    this.#last = db.prepare(`${RANGE} ORDER BY e.position DESC LIMIT ?`);
    this.#newest = db.prepare(`${NUMBERED} ORDER BY e.number DESC LIMIT 1`);
    this.#numbered = db.prepare(`${NUMBERED} AND e.number = ?`);
    this.#cursor = db.prepare(
      'SELECT cursor, start FROM cursor WHERE conversation = ? AND device = ?',
    );
    this.#backlog = db.prepare(BACKLOG);
    this.#conversations = db.prepare(CONVERSATIONS);
    this.#friends = db.prepare(
      'SELECT other, state FROM friend WHERE user = ? AND other > ? ORDER BY other LIMIT ?',
    );
    this.#seen = db.prepare('SELECT at FROM seen WHERE user = ?');
    for (const statement of [this.#first, this.#last, this.#newest, this.#numbered]) {
      statement.setReturnArrays(true);
    }
  }

  readConversation(conversation: string, range: Range): Packed {
    const known = this.#names.conversation(conversation);
    if (known === undefined) return pack([]);
    const statement = range.take === 'first' ? this.#first : this.#last;
    const { after, before = NO_END, limit, bodyMaxBytes } = range;
    const asked = [known.id, after, before, bound(limit)] as const;
    const rows =
      bodyMaxBytes === undefined
        ? (statement.all(...asked) as unknown as Row[])
        : within(statement.iterate(...asked) as unknown as Iterable<Row>, bodyMaxBytes);
    if (range.take === 'last') rows.reverse();
    return pack(rows.map((row) => toEntry(conversation, row)));
  }

  readShard(shard: number, after: number, limit: number): ShardSlice {
    return this.#shards.read(shard, after, limit);
  }

  shardEnd(): number {
    return this.#shards.end();
  }

  loadConversation(conversation: string): ReturnType<ReadCalls['loadConversation']> {
    const known = this.#names.conversation(conversation);
    return known && loadConversation(this.#record, conversation, known);
  }

  lastEntries(keys: readonly SenderKey[]): { found: number[]; entries: Packed } {
    const found: number[] = [];
    const entries: Entry[] = [];
    for (const [at, key] of keys.entries()) {
      const entry = this.#sent(key, undefined);
      if (entry === undefined) continue;
      found.push(at);
      entries.push(entry);
    }
    return { found, entries: pack(entries) };
  }

  findEntry(key: SenderKey, number: number): Packed {
    const entry = this.#sent(key, number);
    return pack(entry ? [entry] : []);
  }

  /** Under a number; undefined: the highest. */
  #sent({ conversation, user, device }: SenderKey, number: number | undefined): Entry | undefined {
    const known = this.#names.conversation(conversation);
    const id = this.#names.device(user, device);
    if (known === undefined || id === undefined) return undefined;
    const row =
      number === undefined
        ? this.#newest.get(known.id, id)
        : this.#numbered.get(known.id, id, number);
    return row && toEntry(conversation, row as unknown as Row);
  }

  loadCursor(conversation: string, user: string, device: string): Cursor {
    const known = this.#names.conversation(conversation);
    const id = this.#names.device(user, device);
    const row = known && id !== undefined ? this.#cursor.get(known.id, id) : undefined;
    return { cursor: Number(row?.['cursor'] ?? 0), start: Number(row?.['start'] ?? 0) };
  }

  backlog(user: string, device: string, after: string, limit: number): string[] {
    const id = this.#names.device(user, device) ?? 0;
    const rows = this.#backlog.all({ user, after, device: id, limit: bound(limit) });
    return rows.map((row) => String(row['conversation']));
  }

  conversationsOf(user: string, afterName: string, limit: number): ConversationLine[] {
    const rows = this.#conversations.all(user, afterName, bound(limit));
    return rows.map((row) => ({
      conversation: String(row['conversation']),
      last: Number(row['last']),
      from: Number(row['from']),
      title: optional(row['title']),
      received: Number(row['received']),
      read: Number(row['read']),
    }));
  }

  friendsOf(user: string, afterName: string, limit: number): FriendLine[] {
    const rows = this.#friends.all(user, afterName, bound(limit));
    return rows.map((row) => ({
      user: String(row['other']),
      state: row['state'] as FriendLine['state'],
    }));
  }

  lastSeen(users: readonly string[]): number[] {
    return users.map((user) => Number(this.#seen.get(user)?.['at'] ?? 0));
  }

  readRegister(key: string): string | undefined {
    return this.#register.read(key);
  }

  listRegister(prefix: string, after: string, limit: number): Registered[] {
    return this.#register.list(prefix, after, limit);
  }
}
