/**
 * A conversation as it is kept: who takes part, how far it is, what is known of its senders. Only
 * what is durable stands here; what a running batch adds stands in a Draft until it is kept.
 */
import type { ConversationRecord, Friendship, Marks, Membership } from '../contract/index.ts';
import { parseConversation, type Conversation as Parsed } from '../wire/names.ts';
import { Sender } from './sender.ts';
import { Tail } from './tail.ts';

const NO_MARKS: Marks = { received: 0, read: 0 };

export class Conversation {
  readonly name: string;
  readonly parsed: Parsed;
  /** The last kept entry's; 0: there is none, the conversation does not exist yet. */
  position = 0;
  order = 0;
  /** What orderings are shown: another object after each `reset`. */
  standing = { acceptedAt: 0 };
  title: string | undefined;
  open = false;
  friendship: Friendship = { state: 'none' };
  /** Those who are members now. */
  members = new Map<string, Membership>();
  /** Ended stays, ascending. */
  readonly former = new Map<string, Membership[]>();
  readonly marks = new Map<string, Marks>();
  readonly senders = new Map<string, Sender>();
  readonly tail = new Tail();
  /** Users of this object who need it to stay the only one. */
  pins = 0;

  /** `name` must be well-formed. */
  constructor(name: string) {
    this.name = name;
    this.parsed = parseConversation(name) as Parsed;
  }

  get acceptedAt(): number {
    return this.standing.acceptedAt;
  }

  get exists(): boolean {
    return this.position > 0;
  }

  /** Takes what the store says; whatever was known before is dropped. */
  reset(record: ConversationRecord | undefined): void {
    this.position = record?.position ?? 0;
    this.order = record?.order ?? 0;
    this.standing = { acceptedAt: record?.acceptedAt ?? 0 };
    this.title = record?.title;
    this.open = record?.open ?? false;
    this.friendship = record?.friendship ?? { state: 'none' };
    this.members = new Map();
    this.former.clear();
    for (const stay of record?.members ?? []) this.putStay(stay);
    for (const [user, marks] of record?.marks ?? []) this.raiseMarks(user, marks);
    this.senders.clear();
    this.tail.clear();
  }

  putStay(stay: Membership): void {
    if (stay.to === undefined) {
      this.members.set(stay.user, stay);
      return;
    }
    if (this.members.get(stay.user)?.from === stay.from) this.members.delete(stay.user);
    const stays = this.former.get(stay.user);
    if (stays) stays.push(stay);
    else this.former.set(stay.user, [stay]);
  }

  marksOf(user: string): Marks {
    return this.marks.get(user) ?? NO_MARKS;
  }

  raiseMarks(user: string, marks: Marks): void {
    const before = this.marksOf(user);
    this.marks.set(user, {
      received: Math.max(before.received, marks.received),
      read: Math.max(before.read, marks.read),
    });
  }

  /** True for present and former members. */
  knows(user: string): boolean {
    return this.members.has(user) || this.former.has(user);
  }

  /** The user's stays, ascending; the last one may be open. */
  staysOf(user: string): readonly Membership[] {
    const former = this.former.get(user);
    const now = this.members.get(user);
    if (!former) return now ? [now] : [];
    return now ? [...former, now] : former;
  }

  /** The last position that the user sees; 0: none. */
  lastVisible(user: string): number {
    if (this.members.has(user)) return this.position;
    return this.former.get(user)?.at(-1)?.to ?? 0;
  }

  /** The first position that the user sees; 0: none. */
  firstVisible(user: string): number {
    return this.former.get(user)?.[0]?.from ?? this.members.get(user)?.from ?? 0;
  }

  sees(user: string, position: number): boolean {
    const stay = this.stayFrom(user, position);
    return stay !== undefined && position >= stay.from && position <= this.position;
  }

  /**
   * The user's first stay that does not end before `position`: it holds the position, or comes
   * after it. Halves its way there, as some come and go very often.
   */
  stayFrom(user: string, position: number): Membership | undefined {
    const former = this.former.get(user);
    let [low, high] = [0, former?.length ?? 0];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((former?.[middle]?.to ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return former?.[low] ?? this.members.get(user);
  }

  sender(key: string): Sender | undefined {
    return this.senders.get(key);
  }

  putSender(key: string, sender: Sender, max: number): void {
    this.senders.set(key, sender);
    for (const oldest of this.senders.keys()) {
      if (this.senders.size <= max) return;
      if (oldest !== key) this.senders.delete(oldest);
    }
  }
}
