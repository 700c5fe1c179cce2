/**
 * One device's place in one conversation: what was sent and not acknowledged, what comes next, and
 * from where. All that is not for the device (its own entries, times of no membership) is passed
 * over, and the cursor with it.
 */
import { must, type Cursor, type Entry, type Persistence } from '../contract/index.ts';
import type { Conversation } from '../chat/conversation.ts';
import { Kept } from '../chat/tail.ts';
import { PAGE, PAGE_BODY_BYTES } from './pages.ts';
import type { DeliveryCounters } from './delivery-counters.ts';
import type { FlightRecorder } from './trace/flight-recorder.ts';

/** What a feed can say of its next delivery. */
export type Next = Kept | 'nothing' | 'reading';

/** The device that it is for. */
interface Who {
  readonly user: string;
  readonly device: string;
}

interface FeedSurroundings {
  readonly persistence: Persistence;
  readonly recorder: FlightRecorder;
  readonly counters: Pick<DeliveryCounters, 'unnoted'>;
}

export class Feed {
  readonly conversation: Conversation;
  readonly #who: Who;
  readonly #persistence: Persistence;
  readonly #recorder: FlightRecorder;
  readonly #counters: FeedSurroundings['counters'];
  /** The last delivery was noted by the recorder, and so is what is said of it. */
  #noted = true;
  /** Where the device began: positions up to it are history. */
  readonly #start: number;
  /** Everything below has been sent or is not for this device. */
  #next: number;
  /** Sent and not acknowledged, ascending. */
  readonly #unacknowledged: number[] = [];
  /** The last position meant for the device below `#next`; undefined: to be looked up. */
  #meant: number | undefined;
  #page: readonly Entry[] = [];
  #reading: Promise<void> | undefined;
  /** When the oldest unacknowledged one was sent, monotonic ms. */
  sentMs = 0;
  /** Sent to this device in an earlier session, up to here. */
  sentBefore = 0;

  constructor(
    conversation: Conversation,
    who: Who,
    place: Cursor,
    { persistence, recorder, counters }: FeedSurroundings,
  ) {
    this.conversation = conversation;
    this.#who = who;
    this.#persistence = persistence;
    this.#recorder = recorder;
    this.#counters = counters;
    this.#start = Math.max(place.start, conversation.firstVisible(who.user) - 1);
    this.#next = Math.max(place.cursor, this.#start) + 1;
    if (this.#next === this.#start + 1) this.#meant = 0;
  }

  get held(): number {
    return this.#unacknowledged.length;
  }
  get oldest(): number | undefined {
    return this.#unacknowledged[0];
  }
  get sentUpTo(): number {
    return this.#unacknowledged.at(-1) ?? 0;
  }
  /** Received up to here. */
  get cursor(): number {
    const oldest = this.#unacknowledged[0];
    return (oldest ?? this.#next) - 1;
  }

  /** The mark that the cursor stands for: 0 before the first position that the user sees. */
  get mark(): number {
    return this.visible(this.cursor);
  }

  /** A position as a mark: lowered to the last that the user sees; 0 before the first. */
  visible(position: number): number {
    const { conversation } = this;
    if (position < conversation.firstVisible(this.#who.user)) return 0;
    return Math.min(position, conversation.lastVisible(this.#who.user));
  }

  /** True if something may lie ahead. */
  get behind(): boolean {
    return this.#next <= this.conversation.lastVisible(this.#who.user);
  }

  /**
   * Finds the next entry for this device and passes over what is not for it. `reading`: it must be
   * read first, and `read` says when that is done.
   */
  peek(): Next {
    while (this.behind) {
      const from = this.#stayAt(this.#next);
      if (from === undefined) break;
      this.#next = from;
      const kept = this.#find(from);
      if (!kept) return 'reading';
      if (!this.#own(kept)) return this.#meant === undefined ? 'reading' : kept;
      this.#next += 1;
    }
    // Bodies that were read stay in memory for no longer than they are needed.
    if (this.#page.length > 0) this.#page = [];
    return 'nothing';
  }

  /** Reads what `peek` misses. Shared while it runs. */
  read(): Promise<void> {
    this.#reading ??= this.#load().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** The entry that `peek` found goes out now; returns the `previous` to tell. */
  sent(kept: Kept, nowMs: number): number {
    const { position } = kept;
    if (this.#unacknowledged.length === 0) this.sentMs = nowMs;
    const previous = this.#meant ?? 0;
    this.#unacknowledged.push(position);
    this.#meant = position;
    this.#next = position + 1;
    this.#noted = this.#note(kept, position <= this.sentBefore, nowMs);
    return previous;
  }

  /** An unacknowledged one goes out once more. */
  sentAgain(kept: Kept, nowMs: number): void {
    this.#note(kept, true, nowMs);
  }

  /** True if the recorder took it. */
  #note(kept: Kept, again: boolean, nowMs: number): boolean {
    const { name } = this.conversation;
    const isNoted = this.#recorder.delivered(kept, name, this.#who, again, nowMs);
    if (!isNoted) this.#counters.unnoted.add();
    return isNoted;
  }

  /** Fetches an unacknowledged entry once more, with its `previous`. */
  async readAgain(position: number): Promise<{ kept: Kept; previous: number } | undefined> {
    const kept = this.conversation.tail.get(position) ?? (await this.#readOne(position));
    if (!kept) return undefined;
    return { kept, previous: await this.#lookBack(position) };
  }

  /** The device has everything up to `position`. True if its cursor moved. */
  acknowledge(position: number, nowMs: number): boolean {
    const before = this.cursor;
    const upTo = Math.min(position, this.conversation.lastVisible(this.#who.user));
    let count = 0;
    while (count < this.#unacknowledged.length && (this.#unacknowledged[count] ?? 0) <= upTo) {
      count += 1;
    }
    if (count > 0) {
      this.#unacknowledged.splice(0, count);
      this.sentMs = nowMs;
    }
    if (upTo >= this.#next) {
      // It has what an earlier session sent.
      this.#next = upTo + 1;
      this.#meant = undefined;
      this.#page = [];
    }
    const { cursor } = this;
    if (cursor <= before) return false;
    const { name } = this.conversation;
    if (this.#noted) this.#recorder.marked('acknowledged', name, this.#who, before, cursor, nowMs);
    return true;
  }

  /** Where to go on: `position` itself if the user sees it, else where the next stay begins. */
  #stayAt(position: number): number | undefined {
    const stay = this.conversation.stayFrom(this.#who.user, position);
    return stay && Math.max(position, stay.from);
  }

  #own(entry: { user: string; device: string }): boolean {
    return entry.user === this.#who.user && entry.device === this.#who.device;
  }

  #find(position: number): Kept | undefined {
    const kept = this.conversation.tail.get(position);
    if (kept) {
      if (this.#page.length > 0) this.#page = [];
      if (this.#meant === undefined) this.#meant = this.#meantInTail();
      return kept;
    }
    const first = this.#page[0];
    const entry = first && this.#page[position - first.position];
    return entry && new Kept(entry);
  }

  /** Looks back in memory for the last position meant for the device. */
  #meantInTail(): number | undefined {
    for (let position = this.#next - 1; position > this.#start; position -= 1) {
      if (!this.conversation.sees(this.#who.user, position)) continue;
      const kept = this.conversation.tail.get(position);
      if (!kept) return undefined;
      if (!this.#own(kept)) return position;
    }
    return 0;
  }

  async #load(): Promise<void> {
    const next = this.#next;
    const { conversation } = this;
    if (this.#meant === undefined) {
      const meant = await this.#lookBack(next);
      // An acknowledgement may have moved on meanwhile; then it is looked up again.
      if (this.#next !== next) return;
      this.#meant = meant;
    }
    if (conversation.tail.get(next)) return;
    const before = conversation.position + 1;
    const within = { limit: PAGE, bodyMaxBytes: PAGE_BODY_BYTES };
    const range = { after: next - 1, before, ...within, take: 'first' as const };
    this.#page = await this.#persistence.readConversation(conversation.name, range);
    must(this.#page.length > 0, `${conversation.name} has no entry ${next}, though it was kept`);
  }

  async #readOne(position: number): Promise<Kept | undefined> {
    const range = { after: position - 1, before: position + 1, limit: 1, take: 'first' as const };
    const { name } = this.conversation;
    const [entry] = await this.#persistence.readConversation(name, range);
    return entry && new Kept(entry);
  }

  async #lookBack(below: number): Promise<number> {
    let before = below;
    while (before - 1 > this.#start) {
      const within = { limit: PAGE, bodyMaxBytes: PAGE_BODY_BYTES };
      const range = { after: this.#start, before, ...within, take: 'last' as const };
      const entries = await this.#persistence.readConversation(this.conversation.name, range);
      for (let at = entries.length - 1; at >= 0; at -= 1) {
        const entry = entries[at] as Entry;
        if (!this.#own(entry) && this.conversation.sees(this.#who.user, entry.position)) {
          return entry.position;
        }
      }
      before = entries[0]?.position ?? 0;
    }
    return 0;
  }
}
