/** Everything that the memory store knows of one conversation. */
import type {
  ConversationChange,
  ConversationRecord,
  Cursor,
  Entry,
  Friendship,
  Marks,
  Membership,
  Range,
} from 'im-kernel/contract';

const NOWHERE: Cursor = { cursor: 0, start: 0 };
const UNMARKED: Marks = { received: 0, read: 0 };

/** Names hold no `/`, so a device's key is plain. */
export function deviceKey(user: string, device: string): string {
  return `${user}/${device}`;
}

/** The store owns what it keeps: a caller may use its buffer again. */
export function copyOf(entry: Entry): Entry {
  return entry.body === undefined ? entry : { ...entry, body: entry.body.slice() };
}

/** True if there was a body to retire. What `add` returned is changed in place. */
export function retire(kept: Entry): boolean {
  if (kept.kind !== 'message') return false;
  const entry: { -readonly [K in keyof Entry]: Entry[K] } = kept;
  entry.kind = 'expired';
  delete entry.body;
  delete entry.mediaType;
  return true;
}

export class Book {
  readonly name: string;
  /** The entry of position p is at p - 1. */
  readonly #entries: Entry[] = [];
  /** Per device, its entries by number: the de-dup authority. */
  readonly #numbers = new Map<string, Map<number, Entry>>();
  /** Per device, its entry with the highest number. */
  readonly #newest = new Map<string, Entry>();
  readonly #members = new Map<string, Membership>();
  readonly #marks = new Map<string, Marks>();
  readonly #cursors = new Map<string, Cursor>();
  #friendship: Friendship = { state: 'none' };
  #title: string | undefined;
  #open = false;

  constructor(name: string) {
    this.name = name;
  }

  get last(): number {
    return this.#entries.length;
  }
  get title(): string | undefined {
    return this.#title;
  }

  /** Returns what is kept. */
  add(entry: Entry): Entry {
    const kept = copyOf(entry);
    const key = deviceKey(entry.user, entry.device);
    const numbers = this.#numbers.get(key) ?? new Map<number, Entry>();
    this.#numbers.set(key, numbers.set(entry.number, kept));
    if (entry.number > (this.#newest.get(key)?.number ?? 0)) this.#newest.set(key, kept);
    this.#entries.push(kept);
    return kept;
  }

  change(change: ConversationChange): void {
    this.#title = change.title ?? this.#title;
    this.#open = change.open ?? this.#open;
    this.#friendship = change.friendship ?? this.#friendship;
    for (const member of change.members ?? []) {
      this.#members.set(`${member.user}/${member.from}`, { ...member });
    }
  }

  read(range: Range): Entry[] {
    const start = Math.max(0, range.after);
    const end = Math.max(start, Math.min(this.last, (range.before ?? this.last + 1) - 1));
    const limit = Math.max(0, range.limit);
    const low = range.take === 'first' ? start : Math.max(start, end - limit);
    const found = this.#entries.slice(low, Math.min(end, low + limit));
    return within(found, range).map(copyOf);
  }

  find(user: string, device: string, number: number): Entry | undefined {
    return this.#numbers.get(deviceKey(user, device))?.get(number);
  }

  /** The device's entry with the highest number. */
  newest(user: string, device: string): Entry | undefined {
    return this.#newest.get(deviceKey(user, device));
  }

  record(): ConversationRecord | undefined {
    const last = this.#entries.at(-1);
    if (last === undefined) return undefined;
    return {
      conversation: this.name,
      position: last.position,
      order: last.order,
      acceptedAt: last.acceptedAt,
      title: this.#title,
      open: this.#open,
      friendship: this.#friendship,
      members: [...this.#members.values()].sort((a, b) => a.from - b.from),
      marks: new Map(this.#marks),
    };
  }

  marksOf(user: string): Marks {
    return this.#marks.get(user) ?? UNMARKED;
  }

  mark(user: string, marks: Marks): void {
    const before = this.marksOf(user);
    const received = Math.max(before.received, Math.min(marks.received, this.last));
    const read = Math.max(before.read, Math.min(marks.read, this.last));
    if (received > 0 || read > 0) this.#marks.set(user, { received, read });
  }

  cursorOf(user: string, device: string): Cursor {
    return this.#cursors.get(deviceKey(user, device)) ?? NOWHERE;
  }

  moveCursor(user: string, device: string, to: number): void {
    const before = this.cursorOf(user, device);
    const cursor = Math.max(before.cursor, Math.min(to, this.last));
    this.#cursors.set(deviceKey(user, device), { cursor, start: before.start });
  }

  /** Begins a device where its user's received mark stands. */
  begin(user: string, device: string): void {
    const start = this.marksOf(user).received;
    const cursor = Math.max(start, this.cursorOf(user, device).cursor);
    this.#cursors.set(deviceKey(user, device), { cursor, start });
  }

  /** The stay that goes on, if the user is a member now. */
  stay(user: string): Membership | undefined {
    return this.#stays(user).find((stay) => stay.to === undefined);
  }

  /** The last position that the user sees, in any stay. */
  lastSeenBy(user: string): number {
    return Math.max(0, ...this.#stays(user).map((stay) => stay.to ?? this.last));
  }

  #stays(user: string): Membership[] {
    return [...this.#members.values()].filter((stay) => stay.user === user);
  }
}

/** As many as their bodies let in, counted from the end that `take` names; one at least. */
function within(found: readonly Entry[], { take, bodyMaxBytes = Infinity }: Range): Entry[] {
  const order = take === 'first' ? found : found.toReversed();
  let bytes = 0;
  const beyond = order.findIndex(({ body }, at) => {
    bytes += body?.length ?? 0;
    return at > 0 && bytes > bodyMaxBytes;
  });
  const taken = beyond < 0 ? [...order] : order.slice(0, beyond);
  return take === 'first' ? taken : taken.toReversed();
}
