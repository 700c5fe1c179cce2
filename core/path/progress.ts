/**
 * Cursors, marks and last-seen times on their way to the store: gathered, the larger value wins,
 * kept every `progressEvery`. A crash sets them back by at most that; the client's repeat mends it.
 * Marks that have been kept are told to `onKept`, which sends the receipts.
 */
import { reasonOf, type Clock, type Log, type Marks, type Persistence } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { Session } from '../session/session.ts';
import type { FlightRecorder } from './trace/flight-recorder.ts';
import { Trouble } from './trouble.ts';

/** A user's marks in a conversation that moved since they were kept last. */
export interface MarkMove {
  readonly conversation: Conversation;
  readonly user: string;
  /** As they were kept last. */
  readonly before: Marks;
  /** As they are kept with this move. */
  after: Marks;
  /** The session whose acknowledgements moved them; undefined: several. */
  by: Session | undefined;
}

class Batch {
  readonly cursors = new Map<
    string,
    { conversation: string; user: string; device: string; cursor: number }
  >();
  readonly marks = new Map<string, MarkMove>();
  readonly seen = new Map<string, number>();

  get size(): number {
    return this.cursors.size + this.marks.size + this.seen.size;
  }
}

interface Surroundings {
  readonly persistence: Persistence;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly recorder: FlightRecorder;
  readonly onKept: (moves: Iterable<MarkMove>) => void;
  /** There is room again after it was full: sessions may read on. */
  readonly freed: () => void;
  /** A conversation with moved marks stays in memory until they are kept. */
  readonly unpin: (conversation: Conversation) => void;
}

export class Progress {
  readonly #around: Surroundings;
  readonly #trouble: Trouble;
  #open = new Batch();
  /** Being kept now. */
  #moving: Batch | undefined;
  #armed = false;
  #idle: (() => void)[] = [];
  #stopped = false;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#trouble = new Trouble(around.log, 'progress is kept again');
  }

  get pending(): number {
    return this.#open.size + (this.#moving?.size ?? 0);
  }

  /** True when so much waits to be kept that sessions should read no more. */
  get full(): boolean {
    return this.#open.size >= this.#around.limits.progressPending;
  }

  moveCursor(conversation: string, user: string, device: string, cursor: number): void {
    const key = `${conversation} ${user} ${device}`;
    const waiting = this.#open.cursors.get(key);
    if (!waiting) this.#open.cursors.set(key, { conversation, user, device, cursor });
    else if (waiting.cursor < cursor) waiting.cursor = cursor;
    this.#arm();
  }

  /** Raises the user's marks, if they are higher than before. */
  moveMarks(conversation: Conversation, session: Session, marks: Marks): void {
    const { user } = session;
    const before = conversation.marksOf(user);
    if (marks.received <= before.received && marks.read <= before.read) return;
    conversation.raiseMarks(user, marks);
    if (marks.read > before.read) this.#noteRead(conversation, session, before.read, marks.read);
    const key = `${conversation.name} ${user}`;
    const waiting = this.#open.marks.get(key);
    if (waiting) {
      if (waiting.by !== session) waiting.by = undefined;
      return;
    }
    conversation.pins += 1;
    this.#open.marks.set(key, { conversation, user, before, after: before, by: session });
    this.#arm();
  }

  see(user: string): void {
    this.#open.seen.set(user, this.#around.clock.now());
    this.#arm();
  }

  /** The user's last-seen time if it has not been kept yet. */
  seenAt(user: string): number | undefined {
    return this.#open.seen.get(user) ?? this.#moving?.seen.get(user);
  }

  /** The device's cursor if it has not been kept yet. */
  cursorOf(conversation: string, user: string, device: string): number | undefined {
    const key = `${conversation} ${user} ${device}`;
    return (this.#open.cursors.get(key) ?? this.#moving?.cursors.get(key))?.cursor;
  }

  /** Resolves when everything that waits now has been kept, or was tried once. */
  async flush(): Promise<void> {
    const open = this.#open;
    const moving = this.#moving;
    await this.#kept(moving);
    while (this.#open === open && open.size > 0) {
      if (this.#moving) await this.#whenIdle();
      else await this.#keep();
    }
    await this.#kept(open);
  }

  /** The last flush is the caller's; afterwards nothing is kept any more. */
  stop(): void {
    this.#stopped = true;
  }

  #noteRead({ name }: Conversation, session: Session, after: number, upTo: number): void {
    const { recorder, clock } = this.#around;
    recorder.marked('read', name, session, after, upTo, clock.monotonic());
  }

  async #kept(batch: Batch | undefined): Promise<void> {
    while (this.#moving && this.#moving === batch) await this.#whenIdle();
  }

  #whenIdle(): Promise<void> {
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #arm(): void {
    if (this.#armed || this.#moving || this.#stopped) return;
    this.#armed = true;
    this.#around.clock.after(this.#around.limits.progressEvery, () => {
      this.#armed = false;
      if (this.#moving || this.#stopped) return;
      void this.#keep();
    });
  }

  async #keep(): Promise<void> {
    const batch = this.#open;
    if (batch.size === 0) return;
    this.#open = new Batch();
    this.#moving = batch;
    try {
      await this.#save(batch);
      this.#trouble.gone();
      this.#around.onKept(batch.marks.values());
      for (const move of batch.marks.values()) this.#around.unpin(move.conversation);
    } catch (error) {
      this.#trouble.met('progress was not kept, it is tried again', { why: reasonOf(error) });
      this.#takeBack(batch);
    } finally {
      this.#moving = undefined;
      const idle = this.#idle;
      this.#idle = [];
      for (const resolve of idle) resolve();
      if (this.#open.size > 0) this.#arm();
      if (batch.size >= this.#around.limits.progressPending && !this.full) this.#around.freed();
    }
  }

  #save(batch: Batch): Promise<void> {
    const marks = [...batch.marks.values()].map((move) => {
      const { conversation, user } = move;
      move.after = conversation.marksOf(user);
      return { conversation: conversation.name, user, marks: move.after };
    });
    const seen = [...batch.seen].map(([user, at]) => ({ user, at }));
    return this.#around.persistence.saveProgress({
      cursors: [...batch.cursors.values()],
      marks,
      seen,
    });
  }

  #takeBack(batch: Batch): void {
    for (const [key, move] of batch.cursors) {
      const newer = this.#open.cursors.get(key);
      if (!newer || newer.cursor < move.cursor) this.#open.cursors.set(key, move);
    }
    for (const [key, move] of batch.marks) {
      const newer = this.#open.marks.get(key);
      this.#open.marks.set(key, move);
      if (!newer) continue;
      if (newer.by !== move.by) move.by = undefined;
      this.#around.unpin(newer.conversation);
    }
    for (const [user, at] of batch.seen) {
      if (!this.#open.seen.has(user)) this.#open.seen.set(user, at);
    }
  }
}
