/**
 * What a batch adds to one conversation before it is kept: rules are judged on it, so that each
 * command sees what those before it placed. Kept, it is merged; failed, it is dropped and nothing
 * was changed.
 */
import type {
  ConversationChange,
  Entry,
  Friendship,
  GroupRole,
  Membership,
} from '../contract/index.ts';
import type { Conversation } from './conversation.ts';
import { Sender, type Placed } from './sender.ts';

/** The numbers of one sender that this batch has placed. */
interface Numbers {
  last: number;
  readonly placed: Map<number, Placed>;
}

export class Draft {
  readonly conversation: Conversation;
  position: number;
  acceptedAt: number;
  title: string | undefined;
  open: boolean;
  friendship: Friendship;
  #members: Map<string, Membership> | undefined;
  readonly #stays = new Map<string, Membership>();
  readonly #numbers = new Map<string, Numbers>();
  /** Each sender of this batch; held here, since the conversation may forget it. */
  readonly senders = new Map<string, Sender>();
  /** Old numbers that were looked up in the log for this batch, by sender and number. */
  readonly looked = new Map<string, Placed | undefined>();

  constructor(conversation: Conversation) {
    this.conversation = conversation;
    this.position = conversation.position;
    this.acceptedAt = conversation.acceptedAt;
    this.title = conversation.title;
    this.open = conversation.open;
    this.friendship = conversation.friendship;
  }

  get exists(): boolean {
    return this.position > 0;
  }

  get members(): ReadonlyMap<string, Membership> {
    return this.#members ?? this.conversation.members;
  }

  role(user: string): GroupRole | undefined {
    return this.members.get(user)?.role;
  }

  /** Was a member once, is none now. */
  wasMember(user: string): boolean {
    return !this.members.has(user) && (this.conversation.knows(user) || this.#hasStay(user));
  }

  /** The user sees the conversation from position `from` on. */
  join(user: string, role: GroupRole, from: number): void {
    this.#put({ user, from, role });
  }

  /** The user sees position `to` last. */
  leave(user: string, to: number): void {
    const stay = this.members.get(user);
    if (!stay) return;
    this.#ownMembers().delete(user);
    this.#stays.set(stayKey(stay), { ...stay, to });
  }

  setRole(user: string, role: GroupRole): void {
    const stay = this.members.get(user);
    if (stay) this.#put({ ...stay, role });
  }

  lastNumber(key: string): number {
    return this.#numbers.get(key)?.last ?? this.senders.get(key)?.last ?? 0;
  }

  /**
   * Where the sender's command of this number went, as far as the batch, the cache and the look-up
   * know.
   */
  placedUnder(key: string, number: number): Placed | undefined {
    return (
      this.#numbers.get(key)?.placed.get(number) ??
      this.senders.get(key)?.recent.get(number) ??
      this.looked.get(`${key} ${number}`)
    );
  }

  /** Gives the next position to a command. */
  place(key: string, number: number, id: string, nowMs: number): Placed {
    this.position += 1;
    this.acceptedAt = Math.max(this.acceptedAt, nowMs);
    const placed = { id, position: this.position, order: 0, acceptedAt: this.acceptedAt };
    let numbers = this.#numbers.get(key);
    if (!numbers) {
      this.#numbers.set(key, (numbers = { last: this.lastNumber(key), placed: new Map() }));
    }
    numbers.last = number;
    numbers.placed.set(number, placed);
    return placed;
  }

  /** What must be kept besides the entries; undefined if nothing. */
  change(): ConversationChange | undefined {
    const { conversation } = this;
    const change: { -readonly [K in keyof ConversationChange]: ConversationChange[K] } = {
      conversation: conversation.name,
    };
    let changed = false;
    if (this.title !== conversation.title && this.title !== undefined) {
      change.title = this.title;
      changed = true;
    }
    if (this.open !== conversation.open) {
      change.open = this.open;
      changed = true;
    }
    if (this.friendship !== conversation.friendship) {
      change.friendship = this.friendship;
      changed = true;
    }
    if (this.#stays.size > 0) {
      change.members = [...this.#stays.values()];
      changed = true;
    }
    return changed ? change : undefined;
  }

  /** The batch is kept: makes the conversation what the draft says. `last` is its last entry. */
  merge(last: Entry, sendersMax: number): void {
    const { conversation } = this;
    conversation.position = this.position;
    conversation.order = last.order;
    conversation.standing.acceptedAt = this.acceptedAt;
    conversation.title = this.title;
    conversation.open = this.open;
    conversation.friendship = this.friendship;
    for (const stay of this.#stays.values()) conversation.putStay(stay);
    if (this.#members) conversation.members = this.#members;
    for (const [key, numbers] of this.#numbers) {
      const sender = this.senders.get(key) ?? new Sender();
      conversation.putSender(key, sender, sendersMax);
      for (const [number, placed] of numbers.placed) sender.keep(number, placed);
    }
  }

  #put(stay: Membership): void {
    this.#ownMembers().set(stay.user, stay);
    this.#stays.set(stayKey(stay), stay);
  }

  #ownMembers(): Map<string, Membership> {
    return (this.#members ??= new Map(this.conversation.members));
  }

  /** Those whose stay ended in this batch: they see its last entries, too. */
  *leavers(): Iterable<string> {
    for (const stay of this.#stays.values()) if (stay.to !== undefined) yield stay.user;
  }

  #hasStay(user: string): boolean {
    for (const stay of this.#stays.values()) if (stay.user === user) return true;
    return false;
  }
}

function stayKey(stay: Membership): string {
  return `${stay.user} ${stay.from}`;
}
