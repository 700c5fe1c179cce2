/**
 * Role `persistence`: the log, and what is kept beside it. Everything that the system promises
 * about not losing and not repeating rests on `append`; the judge in `test/kit` asks for every
 * sentence of this file.
 *
 * All times are wall clock ms; positions, orders and numbers are whole numbers from 1 up to 2^48-1.
 */
import type { Component, Host } from './component.ts';
import type { Ownership } from './ownership.ts';
import type { Retired, Retirement, ShardPage } from './shard-log.ts';
import type { Register } from './strategies.ts';

/**
 * memory: gone with the process. process: written, not synced. disk: synced. replicated: on two
 * machines.
 */
export type Durability = 'memory' | 'process' | 'disk' | 'replicated';

/** A command placed in a conversation's log. Never changed; its body may be retired. */
export interface Entry {
  readonly conversation: string;
  readonly position: number;
  /** What readers sort by. */
  readonly order: number;
  /** The command's id, a UUID in lower-case text. */
  readonly id: string;
  readonly user: string;
  readonly device: string;
  /** The command's number, per user, device and conversation. */
  readonly number: number;
  readonly sentAt: number;
  readonly acceptedAt: number;
  /** `message`, `expired`, or the action, such as `group.add`. */
  readonly kind: string;
  /** Of a message; absent: `text/plain`. */
  readonly mediaType?: string;
  /** Of a message. */
  readonly body?: Uint8Array;
  /** Of an act: whom it concerns. */
  readonly users?: readonly string[];
  readonly title?: string;
  readonly open?: boolean;
}

export type GroupRole = 'owner' | 'admin' | 'member';

/**
 * One stay of a user in a conversation. A user who left and came back has two. Key: conversation,
 * user, from.
 */
export interface Membership {
  readonly user: string;
  /** The first position that the user sees. */
  readonly from: number;
  /** The last position that the user sees; absent while the stay goes on. */
  readonly to?: number;
  readonly role: GroupRole;
}

export type Friendship =
  | { readonly state: 'none' }
  /** `by` asked the other. */
  | { readonly state: 'requested'; readonly by: string }
  | { readonly state: 'friends' };

/**
 * What one batch changes of a conversation besides its entries. Members are upserted by their key.
 */
export interface ConversationChange {
  readonly conversation: string;
  readonly title?: string;
  readonly open?: boolean;
  readonly members?: readonly Membership[];
  /** Only in a direct conversation of two users. */
  readonly friendship?: Friendship;
}

/** Received and read, the highest of a user's devices. */
export interface Marks {
  readonly received: number;
  readonly read: number;
}

/** A conversation as it stands in the store. */
export interface ConversationRecord {
  readonly conversation: string;
  /** The last entry's position, order and acceptedAt; at least 1. */
  readonly position: number;
  readonly order: number;
  readonly acceptedAt: number;
  readonly title: string | undefined;
  readonly open: boolean;
  readonly friendship: Friendship;
  /** All stays, former ones too, in ascending `from`. */
  readonly members: readonly Membership[];
  /** Marks above 0, former members' too. */
  readonly marks: ReadonlyMap<string, Marks>;
}

/** All of a batch that belongs to one shard: kept whole, or not at all. */
export interface ShardAppend {
  readonly shard: number;
  readonly epoch: number;
  /** Positions go on without a gap from each conversation's last, in this sequence. Never empty. */
  readonly entries: readonly Entry[];
  readonly changes: readonly ConversationChange[];
}

/**
 * kept: everything of this shard is in, as durable as declared.
 * stale: a position or a number is taken; nothing was written; reload and plan again.
 * fenced: the epoch is not the shard's; nothing was written; this node owns it no more.
 * unknown: the answer got lost; read back before anything is said of it.
 */
export type AppendOutcome = 'kept' | 'stale' | 'fenced' | 'unknown';

/** What moves without entering the log; saved now and then, gathered, the larger value wins. */
export interface Progress {
  readonly cursors: readonly CursorMove[];
  readonly marks: readonly {
    readonly conversation: string;
    readonly user: string;
    readonly marks: Marks;
  }[];
  /** When a user was last seen coming or going. */
  readonly seen: readonly { readonly user: string; readonly at: number }[];
}

export interface CursorMove {
  readonly conversation: string;
  readonly user: string;
  readonly device: string;
  readonly cursor: number;
}

/** A device's place in a conversation. */
export interface Cursor {
  /** Received up to here. */
  readonly cursor: number;
  /** Where the device began: positions up to it are history. Set when the device was first seen. */
  readonly start: number;
}

/**
 * One line of a user's list of conversations. `last` is what the user sees last, `from` where the
 * stay began.
 */
export interface ConversationLine extends Marks {
  readonly conversation: string;
  readonly last: number;
  readonly from: number;
  readonly title: string | undefined;
}

export interface FriendLine {
  readonly user: string;
  /** `requested`: by the one who asks the question; `asked`: by the other. */
  readonly state: 'friend' | 'requested' | 'asked';
}

/**
 * Which entries of a conversation: positions above `after` and below `before`, at most `limit` of
 * them, with bodies of at most `bodyMaxBytes` together.
 */
export interface Range {
  readonly after: number;
  /** Absent: no upper end. */
  readonly before?: number;
  readonly limit: number;
  /**
   * Octets; absent: no bound. The first entry that is taken is answered whatever it takes, so that
   * a reader who goes on behind it gets on.
   */
  readonly bodyMaxBytes?: number;
  /** `first`: the lowest that fit; `last`: the highest. Either way the answer ascends. */
  readonly take: 'first' | 'last';
}

export interface PersistenceHost extends Host {
  /** True when other nodes use the same store at once: the configuration has a cluster. */
  readonly together: boolean;
}

export interface Persistence extends Component {
  /** Valid once started: a store may have to look at what it writes to. */
  readonly guarantees: {
    readonly durability: Durability;
    /** True when several nodes can use the same store at once. */
    readonly shared: boolean;
  };
  /**
   * The log's name, a UUID. Another one than before means: positions may have gone back. Valid once
   * started.
   */
  readonly log: string;
  /** The number of shards, fixed when the store was made. Valid once started. */
  readonly shards: number;

  /** Who owns which shard under which epoch. */
  readonly ownership: Ownership;

  /**
   * The one atomic act. Per shard, in one transaction: checks the epoch, that each entry's position
   * is its conversation's last plus one, and that (conversation, user, device, number) is new;
   * writes entries and changes; resolves when all of it is as durable as declared. The answer has
   * one outcome per shard, in the same sequence. Rejects with a passing ImError (`IM_STORE_FULL`,
   * `IM_STORE_AWAY`) if it is sure that nothing was written. Several calls may be in flight; each
   * is planned on the success of those before it for its own shards.
   */
  append(batch: readonly ShardAppend[]): Promise<readonly AppendOutcome[]>;

  /**
   * Keeps progress; larger values win, a cursor never passes its conversation's last. Durable when
   * resolved.
   */
  saveProgress(progress: Progress): Promise<void>;

  /**
   * Makes a device known. The first time, its start (and cursor) in each conversation that the user
   * already is or was in becomes the user's received mark there. True if it was the first time.
   * Durable when resolved.
   */
  registerDevice(user: string, device: string): Promise<boolean>;

  /**
   * Reads see everything whose append resolved before they were called, and wait for one commit at
   * most.
   */
  readConversation(conversation: string, range: Range): Promise<readonly Entry[]>;
  /**
   * The entries of a shard in the sequence in which they were kept, after a cursor: 0 (the
   * beginning), or what an earlier answer or `shardEnd` gave. At most `limit` entries; there may be
   * fewer, even none, although more follow. `upTo` is the cursor to go on from; if it is `after`
   * itself, nothing follows yet. No cursor passes an entry that is still being written: what was
   * read after a cursor stays the same, but for retired bodies, and later entries come behind it.
   */
  readShard(shard: number, after: number, limit: number): Promise<ShardPage>;
  /** The cursor behind all that the shard holds now. */
  shardEnd(shard: number): Promise<number>;
  /**
   * Retires bodies, a piece of a shard's log at a time, in the sequence of `readShard`: of each
   * `message` the body and the media type are removed and the kind becomes `expired`; acts are
   * passed as they are. All else of an entry stays for ever, so that positions, numbers, orders and
   * first answers last. Ends before the first entry that is too young, at `limit` or at `upTo`;
   * there may be less, even nothing, although more is due. If the answer's `upTo` is `after`
   * itself, nothing more is due yet. Durable when resolved; a repeat changes nothing, whoever owned
   * the shard meanwhile. A piece is small: appends wait for it, some ms at most.
   */
  retire(retirement: Retirement): Promise<Retired>;
  /** Undefined if the conversation has no entry. */
  loadConversation(conversation: string): Promise<ConversationRecord | undefined>;
  /**
   * For each key, the entry with the device's highest number there (without its body), or
   * undefined.
   */
  lastEntries(keys: readonly SenderKey[]): Promise<readonly (Entry | undefined)[]>;
  /** The entry under this number (without its body), or undefined. */
  findEntry(key: SenderKey, number: number): Promise<Entry | undefined>;
  /** The device's place; `{ cursor: 0, start: 0 }` when it has none. */
  loadCursor(conversation: string, user: string, device: string): Promise<Cursor>;
  /**
   * The user's conversations after this name, in byte order, in which something lies above the
   * device's cursor: the last position that the user sees (in a current or former stay) is higher.
   */
  backlog(
    user: string,
    device: string,
    afterName: string,
    limit: number,
  ): Promise<readonly string[]>;
  /** The conversations that the user is a member of now, after this name, in byte order. */
  conversationsOf(
    user: string,
    afterName: string,
    limit: number,
  ): Promise<readonly ConversationLine[]>;
  /** Friends and open requests after this name, in byte order. */
  friendsOf(user: string, afterName: string, limit: number): Promise<readonly FriendLine[]>;
  /** When each user was last seen; 0: never. */
  lastSeen(users: readonly string[]): Promise<readonly number[]>;

  /** Lent by the host to plugins that need a durable memory. */
  readonly register: Register;
}

export interface SenderKey {
  readonly conversation: string;
  readonly user: string;
  readonly device: string;
}
