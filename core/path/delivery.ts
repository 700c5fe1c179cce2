/**
 * Delivery to one session: its feeds served in turn within the window, what is behind read from the
 * log, what is not acknowledged sent again. It never makes a sender or another session wait.
 */
import { reasonOf } from '../contract/index.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { Kept } from '../chat/tail.ts';
import type { Session } from '../session/session.ts';
import { Backlog } from './backlog.ts';
import type { DeliverySurroundings } from './delivery-surroundings.ts';
import type { Feed } from './feed.ts';
import { loadFeed, mayBeIn } from './load-feed.ts';
import { Retransmission } from './retransmission.ts';
import { Turns } from './turns.ts';

/** Conversations of the backlog that are opened at once. */
const OPENING_MAX = 8;

interface Acknowledged {
  received: number;
  read: number;
}

export class Delivery {
  readonly #around: DeliverySurroundings;
  readonly #session: Session;
  readonly #feeds = new Map<string, Feed>();
  readonly #opening = new Map<string, Acknowledged>();
  readonly #turns: Turns;
  readonly #retransmission: Retransmission;
  readonly #backlog: Backlog;
  readonly #reading = new Set<Feed>();
  #closed = false;

  constructor(session: Session, around: DeliverySurroundings) {
    this.#session = session;
    this.#around = around;
    this.#backlog = new Backlog(session, around.persistence);
    this.#turns = new Turns(session.terms.window);
    this.#retransmission = new Retransmission(session, session.terms, around.clock);
  }

  /** True when it has so much to look up that the session should read no more. */
  get congested(): boolean {
    return this.#opening.size >= this.#around.limits.feedsPerConnection;
  }

  /** Begins with what lies above the cursors. */
  begin(): void {
    this.#openMore();
  }

  /** Something new is kept in a conversation that this session's user sees. */
  offer(conversation: Conversation): void {
    if (this.#closed) return;
    const feed = this.#feeds.get(conversation.name);
    if (feed) this.#step(feed);
    else this.#open(conversation.name);
  }

  /** RECEIVED or READ for one conversation; READ implies RECEIVED. */
  acknowledge(name: string, position: number, read: boolean): void {
    const feed = this.#feeds.get(name);
    if (feed) {
      this.#acknowledged(feed, position, read);
      return;
    }
    if (!mayBeIn(name, this.#session.user)) return;
    // Looked up even where there is no room for one more place: what was said counts all the same.
    const waiting = this.#lookUp(name);
    waiting.received = Math.max(waiting.received, position);
    if (read) waiting.read = Math.max(waiting.read, position);
  }

  /** Goes on after the output was blocked. */
  drained(): void {
    this.#pump();
  }

  pong(id: number): void {
    this.#retransmission.pong(id);
  }

  tick(nowMs: number): number | undefined {
    const late = this.#retransmission.tick(nowMs, this.#turns.held > 0);
    if (late === 'again') this.#sendOldestAgain();
    else if (late) {
      this.#session.destroy(late);
      return undefined;
    }
    return this.#retransmission.dueMs;
  }

  close(): void {
    this.#closed = true;
    const { sentBefore } = this.#around;
    for (const feed of this.#feeds.values()) {
      if (feed.held > 0) sentBefore.remember(this.#session, feed.conversation.name, feed.sentUpTo);
      this.#around.conversations.unpin(feed.conversation);
    }
    this.#feeds.clear();
    this.#backlog.clear();
  }

  /** Opens more of what is behind, a few at a time. */
  #openMore(): void {
    if (this.#closed) return;
    while (
      this.#backlog.size > 0 &&
      this.#opening.size < OPENING_MAX &&
      this.#turns.waiting < OPENING_MAX &&
      this.#makeRoom()
    ) {
      this.#open(this.#backlog.take() ?? '');
    }
    if (!this.#backlog.unread) return;
    this.#backlog.read().then(
      () => this.#pump(),
      (error: unknown) => this.#fail(error),
    );
  }

  #open(name: string): void {
    if (this.#feeds.has(name) || this.#opening.has(name)) return;
    if (!this.#makeRoom()) {
      this.#backlog.add(name);
      return;
    }
    this.#lookUp(name);
  }

  #lookUp(name: string): Acknowledged {
    let waiting = this.#opening.get(name);
    if (waiting) return waiting;
    waiting = { received: 0, read: 0 };
    this.#opening.set(name, waiting);
    loadFeed(name, this.#session, this.#around).then(
      (feed) => this.#opened(name, feed),
      (error: unknown) => this.#fail(error),
    );
    return waiting;
  }

  #opened(name: string, feed: Feed | undefined): void {
    const { received = 0, read = 0 } = this.#opening.get(name) ?? {};
    this.#opening.delete(name);
    if (feed && this.#closed) this.#around.conversations.unpin(feed.conversation);
    if (feed && !this.#closed) {
      const stays = this.#makeRoom();
      if (read > 0) this.#apply(feed, read, true);
      if (received > 0) this.#apply(feed, received, false);
      if (stays) {
        this.#feeds.set(name, feed);
        this.#step(feed);
      } else {
        if (feed.behind) this.#backlog.add(name);
        this.#around.conversations.unpin(feed.conversation);
      }
    }
    this.#pump();
    this.#session.resume();
  }

  /** A feed may have something to send, or be able to pass over something. */
  #step(feed: Feed): void {
    const before = feed.cursor;
    const next = feed.peek();
    if (feed.cursor > before) this.#moved(feed, 0);
    this.#turns.update(feed, next !== 'nothing' && next !== 'reading');
    if (next === 'reading') this.#read(feed);
    else if (next !== 'nothing') this.#pump();
  }

  #read(feed: Feed): void {
    if (this.#reading.has(feed)) return;
    this.#reading.add(feed);
    feed.read().then(
      () => {
        this.#reading.delete(feed);
        if (this.#feeds.get(feed.conversation.name) === feed) this.#step(feed);
        this.#pump();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #pump(): void {
    const { output } = this.#session;
    while (!this.#closed && this.#session.live && !output.blocked) {
      const feed = this.#turns.next(this.#moreWaits);
      if (!feed) break;
      this.#serve(feed);
    }
    this.#openMore();
  }

  /** True while there may be others with something to deliver that are not in turn yet. */
  get #moreWaits(): boolean {
    if (this.#reading.size > 0 || this.#opening.size > 0) return true;
    return this.#backlog.waits;
  }

  #serve(feed: Feed): void {
    const before = feed.cursor;
    const next = feed.peek();
    if (feed.cursor > before) this.#moved(feed, 0);
    if (next === 'nothing' || next === 'reading') {
      // Not in memory: it waits aside until its page is read, then `#step` brings it back.
      this.#turns.update(feed, false);
      if (next === 'reading') this.#read(feed);
      return;
    }
    const { position } = next;
    const previous = feed.sent(next, this.#around.clock.monotonic());
    const told = previous === position - 1 ? undefined : previous;
    const again = position <= feed.sentBefore;
    this.#deliver(next, told, again && 'earlier session');
    this.#turns.sent(feed);
    this.#turns.update(feed, feed.behind);
    this.#retransmission.sent();
  }

  #deliver(kept: Kept, previous: number | undefined, again: string | false): void {
    const { counters } = this.#around;
    counters.sent.add();
    if (again) counters.again.add(1, again);
    this.#session.output.deliver(kept, previous, again !== false);
  }

  #acknowledged(feed: Feed, position: number, read: boolean): void {
    const moved = this.#apply(feed, position, read);
    this.#step(feed);
    // The room may be for others: this one may have nothing more.
    if (moved) this.#pump();
  }

  /** True if the cursor moved. */
  #apply(feed: Feed, position: number, read: boolean): boolean {
    const held = feed.held;
    const moved = feed.acknowledge(position, this.#around.clock.monotonic());
    this.#turns.acknowledged(held - feed.held);
    if (moved) this.#retransmission.progressed(this.#turns.held > 0);
    if (moved || read) this.#moved(feed, read ? feed.visible(position) : 0);
    return moved;
  }

  #moved(feed: Feed, readUpTo: number): void {
    const { progress } = this.#around;
    const { user, device } = this.#session;
    progress.moveCursor(feed.conversation.name, user, device, feed.cursor);
    const received = Math.max(feed.mark, readUpTo);
    progress.moveMarks(feed.conversation, this.#session, { received, read: readUpTo });
  }

  #sendOldestAgain(): void {
    let oldest: Feed | undefined;
    for (const feed of this.#feeds.values()) {
      if (feed.held > 0 && (!oldest || feed.sentMs < oldest.sentMs)) oldest = feed;
    }
    const position = oldest?.oldest;
    if (!oldest || position === undefined) return;
    oldest.readAgain(position).then(
      (again) => {
        if (this.#closed || !again || oldest.oldest !== position) return;
        if (this.#session.output.blocked) return;
        oldest.sentAgain(again.kept, this.#around.clock.monotonic());
        const told = again.previous === position - 1 ? undefined : again.previous;
        this.#deliver(again.kept, told, 'unacknowledged');
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** Forgets, if need be, the place in a conversation where nothing is on its way. */
  #makeRoom(): boolean {
    const { limits, conversations } = this.#around;
    if (this.#feeds.size + this.#opening.size < limits.feedsPerConnection) return true;
    for (const [name, feed] of this.#feeds) {
      if (feed.held > 0 || feed.behind) continue;
      this.#feeds.delete(name);
      this.#turns.update(feed, false);
      conversations.unpin(feed.conversation);
      return true;
    }
    return false;
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.#around.log.warn('delivery stopped, the device must come back', { why: reasonOf(error) });
    this.#session.fail('not-ready', 'the log cannot be read', this.#around.limits.retryAfter);
  }
}
