/**
 * The reader's side of ordering, for one conversation. By position it finds what is new and what
 * is missing; by `order` it sorts what waits; by position again it tells how far all is handled. A
 * state machine without input or output: time is handed to it. Rules for gaps after PROTOCOL
 * section 4; the wait for late ones is the bounded out-of-orderness of stream processors, in the
 * time of the log (`acceptedAt`) or of this client, whichever is over first.
 */
import type { Delivery } from '../core/wire/frames.ts';
import type { Hold } from './hold.ts';
import { Lateness } from './lateness.ts';

/**
 * held: it waits for what belongs before it. released: it waited, and is shown. late: it is shown
 * after one that belongs behind it. pulled: it was missing, and read from the history. passed:
 * something was missing, and the history did not have it. left: there was no room, the server will
 * send it again. repeat: it was there before.
 */
export type Reason = 'held' | 'released' | 'late' | 'pulled' | 'passed' | 'left' | 'repeat';

export interface ReorderLimits {
  readonly heldPerConversation: number;
  readonly asidePerConversation: number;
}

export interface ReorderSettings {
  readonly limits: ReorderLimits;
  readonly hold: Pick<Hold, 'windowMs' | 'gapMs' | 'maxMs' | 'waitingMost' | 'sample'>;
  /** Shown by position; else by `order`. */
  readonly raw: boolean;
  /** Everything up to there has been handled before; undefined: nobody remembers. */
  readonly start: number | undefined;
  readonly note: (reason: Reason) => void;
}

/** What is missing lies between these two positions; `after` undefined: ask where it begins. */
export interface Gap {
  readonly after: number | undefined;
  readonly before: number;
}

export interface Entry {
  readonly delivery: Delivery;
  /** Its wait began, monotonic ms. */
  readonly atMs: number;
  waited: boolean;
  handled: boolean;
  /** Of an earlier log: still to be shown, but its position and order mean nothing any more. */
  old: boolean;
}

export class ReorderBuffer {
  readonly #settings: ReorderSettings;
  readonly #lateness = new Lateness();
  /** Without a gap up to `#taken`, by position: from the first one that is not handled. */
  readonly #entries: Entry[] = [];
  /** Behind a gap, by position. */
  #aside: Entry[] = [];
  #taken: number | undefined;
  #newestMs = 0;
  #shownOrder = -1;
  #pulled: { readonly after: number; readonly before: number } | undefined;

  constructor(settings: ReorderSettings) {
    this.#settings = settings;
    this.#taken = settings.start;
  }

  /** The server delivers this. */
  arrive(delivery: Delivery, nowMs: number): void {
    const { position, previous = position - 1 } = delivery;
    const { limits, note } = this.#settings;
    this.#measure(delivery, nowMs);
    const entry: Entry = { delivery, atMs: nowMs, waited: false, handled: false, old: false };
    if (this.#isTaken(position)) note('repeat');
    else if (previous <= (this.#taken ?? 0) && !this.#isAside(position - 1)) {
      if (this.#take(entry)) this.#close();
      else note('left');
    } else {
      const at = this.#aside.findLastIndex((other) => other.delivery.position <= position);
      if (this.#aside[at]?.delivery.position === position) note('repeat');
      else if (this.#aside.length >= limits.asidePerConversation) note('left');
      else this.#aside.splice(at + 1, 0, this.#held(entry));
    }
  }

  /** What is missing and has been waited for; it is looked for in the history now. */
  gap(nowMs: number): Gap | undefined {
    const [first] = this.#aside;
    if (first === undefined || this.#isFull) return undefined;
    const before = first.delivery.position;
    if (this.#taken === undefined) return { after: undefined, before };
    if (this.#gapSinceMs + this.#settings.hold.gapMs > nowMs) return undefined;
    this.#pulled = { after: this.#taken, before };
    return this.#pulled;
  }

  /** Nobody remembered where it begins, but the server knows that all up to `received` was. */
  begin(received: number): void {
    const [first] = this.#aside;
    if (first === undefined || this.#taken !== undefined) return;
    const { position, previous = position - 1 } = first.delivery;
    this.#taken = Math.min(received, previous);
    this.#close();
  }

  /** The history has this, and nothing between it and what it had before. False: no room. */
  pull(delivery: Delivery, own: boolean, nowMs: number): boolean {
    const { position } = delivery;
    // It was missing since what is behind it came, so it has waited as long.
    const atMs = Math.min(this.#gapSinceMs, nowMs);
    if (!this.#takeAside(position)) return false;
    if (this.#isTaken(position)) return true;
    if (own) {
      this.#taken = position;
      return true;
    }
    if (!this.#take({ delivery, atMs, waited: false, handled: false, old: false })) return false;
    this.#settings.note('pulled');
    return true;
  }

  /** The history has nothing more below `before`: goes on, whatever it had. */
  pass({ before }: Gap): void {
    if (!this.#takeAside(before - 1)) return;
    const first = this.#aside.find(({ delivery }) => delivery.position === before)?.delivery;
    if (first !== undefined && !this.#isTaken(first.previous ?? before - 1)) {
      this.#settings.note('passed');
    }
    if (!this.#isTaken(before - 1)) this.#taken = before - 1;
    this.#close();
  }

  /** What is missing cannot be read now: leaves to the server what is behind it. */
  leave(): void {
    for (const _ of this.#aside) this.#settings.note('left');
    this.#aside = [];
  }

  /** What is to be shown now. */
  due(nowMs: number): Entry | undefined {
    const { windowMs, waitingMost } = this.#settings.hold;
    let first: Entry | undefined;
    let ripe = this.#entries.length >= waitingMost;
    for (const entry of this.#entries) {
      if (entry.handled) continue;
      if (first === undefined || this.#isBefore(entry, first)) first = entry;
      ripe ||= entry.old || entry.atMs + windowMs <= nowMs;
      // All that the log took within the window has been seen.
      ripe ||= entry.delivery.acceptedAt + windowMs <= this.#newestMs;
    }
    return first !== undefined && (ripe || this.#isLate(first)) ? first : undefined;
  }

  /** It is shown from now on. True: it is late, its place is before one that was shown already. */
  show(entry: Entry): boolean {
    const { note } = this.#settings;
    const late = this.#isLate(entry);
    if (entry.waited) note('released');
    if (late) note('late');
    if (!entry.old) this.#shownOrder = Math.max(this.#shownOrder, entry.delivery.order);
    return late;
  }

  /** The application is done with it. The result: everything up to there is handled, if news. */
  handled(entry: Entry): number | undefined {
    entry.handled = true;
    let upTo: number | undefined;
    while (this.#entries[0]?.handled === true) {
      const { old, delivery } = this.#entries.shift()!;
      if (!old) upTo = delivery.position;
    }
    return upTo;
  }

  /** When something will be due that is not yet; undefined: never by itself. */
  wakeAtMs(nowMs: number): number | undefined {
    const { hold } = this.#settings;
    const { windowMs } = hold;
    let wakeAtMs = this.#aside.length === 0 ? Infinity : this.#gapSinceMs + hold.gapMs;
    if (wakeAtMs <= nowMs) wakeAtMs = Infinity;
    for (const { handled, atMs } of windowMs === 0 ? [] : this.#entries) {
      const ripeMs = atMs + windowMs;
      if (!handled && ripeMs > nowMs) wakeAtMs = Math.min(wakeAtMs, ripeMs);
    }
    return wakeAtMs === Infinity ? undefined : wakeAtMs;
  }

  /** The first position that waits to be shown or is being handled. */
  get unhandled(): number | undefined {
    return this.#entries.find(({ old, handled }) => !old && !handled)?.delivery.position;
  }

  /** Entries in it: without a gap before them, and behind one. */
  get sizes(): { readonly held: number; readonly aside: number } {
    return { held: this.#entries.length, aside: this.#aside.length };
  }

  /** Another connection: its delays have nothing to do with the last one's. */
  reconnected(): void {
    this.#lateness.forget();
    this.#pulled = undefined;
  }

  /** Another log: positions lost their meaning; what waits to be shown is still shown. */
  newLog(): void {
    for (const entry of this.#entries) entry.old = true;
    this.reconnected();
    this.#aside = [];
    this.#taken = undefined;
    this.#newestMs = 0;
    this.#shownOrder = -1;
  }

  /** When the first came that is behind the gap; Infinity: there is none. */
  get #gapSinceMs(): number {
    return this.#aside.reduce((sinceMs, { atMs }) => Math.min(sinceMs, atMs), Infinity);
  }

  get #isFull(): boolean {
    return this.#entries.length >= this.#settings.limits.heldPerConversation;
  }

  #isTaken(position: number): boolean {
    return this.#taken !== undefined && position <= this.#taken;
  }

  #take(entry: Entry): boolean {
    if (this.#isFull) return false;
    const { delivery } = entry;
    this.#taken = delivery.position;
    this.#newestMs = Math.max(this.#newestMs, delivery.acceptedAt);
    const waits = !entry.waited && this.#settings.hold.windowMs > 0 && !this.#isLate(entry);
    this.#entries.push(waits ? this.#held(entry) : entry);
    return true;
  }

  #isAside(upTo: number): boolean {
    const [first] = this.#aside;
    return first !== undefined && first.delivery.position <= upTo;
  }

  /** Takes what was put aside, whatever is missing before it. False: no room for all of it. */
  #takeAside(upTo: number): boolean {
    while (this.#isAside(upTo)) {
      const [first] = this.#aside as [Entry];
      if (!this.#isTaken(first.delivery.position) && !this.#take(first)) return false;
      this.#aside.shift();
    }
    return true;
  }

  /** Goes on with what was put aside, as far as nothing is missing. */
  #close(): void {
    for (;;) {
      const [first] = this.#aside;
      if (first === undefined) return;
      const { position, previous = position - 1 } = first.delivery;
      if (!this.#isTaken(previous) || !this.#takeAside(position)) return;
    }
  }

  #held(entry: Entry): Entry {
    this.#settings.note('held');
    entry.waited = true;
    return entry;
  }

  #isBefore(a: Entry, b: Entry): boolean {
    if (a.old !== b.old) return a.old;
    if (this.#settings.raw) return false;
    return a.delivery.order < b.delivery.order;
  }

  #isLate({ old, delivery }: Entry): boolean {
    return !old && delivery.order < this.#shownOrder;
  }

  /** One that was pulled meanwhile tells as much about the link as one that is new. */
  #measure({ position, order, again }: Delivery, nowMs: number): void {
    const { hold } = this.#settings;
    const { after, before } = this.#pulled ?? { after: 0, before: 0 };
    const came = this.#isTaken(position) && !(position > after && position < before);
    if (again === 1 || came) return;
    hold.sample(this.#lateness.arrived(order, nowMs, hold.maxMs));
  }
}
