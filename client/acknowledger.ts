/**
 * Sends RECEIVED and READ: gathered per turn, the newest per conversation, and again after each
 * WELCOME what a crash of the server may have taken. Where that is much, one question tells how
 * far the server has kept them: it answers from its store, and nearly all is proven.
 */
import { Acks } from './acks.ts';
import type { ClientClock } from './clock.ts';
import type { Counts } from './counts.ts';
import type { Journal } from './journal.ts';
import type { OutboxState } from './outbox.ts';
import type { Questions } from './questions.ts';
import type { Session } from './session.ts';

/**
 * No line of RECEIVED or READ is longer: the longest name of a conversation, a position, and their
 * tags.
 */
const LINE_BYTES = 160;
/** Lines of one answer, at most (PROTOCOL section 5). */
const LINES = 500;

export interface AcknowledgerSettings {
  readonly clock: ClientClock;
  readonly journal: Journal;
  readonly counts: Counts;
  readonly questions: Pick<Questions, 'askAll'>;
  /** So many are repeated without asking how far they are kept. */
  readonly marksRepeated: number;
  /** What of a READ may be told now: not what the application has not been shown yet. */
  readonly readable: (conversation: string, position: number) => number;
}

export class Acknowledger {
  readonly acks = new Acks();
  readonly #settings: AcknowledgerSettings;
  /** Asked for by the application, and not told in full. */
  readonly #wanted = new Map<string, number>();
  #session: Session | undefined;
  #flushing = false;
  #asking = false;
  /** Counts the logs: what one has kept proves nothing of another. */
  #log = 0;

  constructor(settings: AcknowledgerSettings) {
    this.#settings = settings;
  }

  load(state: Pick<OutboxState, 'received' | 'read'>): void {
    this.acks.load(state);
  }

  connected(session: Session): void {
    this.#session = session;
    if (this.acks.unproven <= this.#settings.marksRepeated) this.#repeat();
    else if (!this.#asking) void this.#ask();
    // What is new goes at once; the question is asked again by itself.
    this.due();
  }

  disconnected(): void {
    this.#session = undefined;
  }

  handled(conversation: string, position: number): void {
    this.#settings.journal.add({ change: 'received', conversation, value: position });
  }

  read(conversation: string, position: number): void {
    const wanted = Math.max(position, this.#wanted.get(conversation) ?? 0);
    this.#wanted.set(conversation, wanted);
    this.due();
  }

  /** Another log: positions lost their meaning. */
  forget(): void {
    this.#log += 1;
    this.acks.forget();
    this.#wanted.clear();
  }

  /** Something changed: tells the server at the end of the turn. */
  due(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#settings.clock.soon(() => {
      this.#flushing = false;
      this.flush();
    });
  }

  flush(): void {
    this.#raiseRead();
    const session = this.#session;
    if (session === undefined) return;
    const limit = Math.max(1, Math.floor((session.maxFrameBytes ?? 0) / LINE_BYTES) - 1);
    for (const type of ['received', 'read'] as const) {
      for (;;) {
        const upTo = this.acks[type].take(limit);
        if (upTo.length === 0) break;
        session.send({ type, upTo });
      }
    }
  }

  #repeat(): void {
    this.#settings.counts.marksRepeated += this.acks.unproven;
    this.acks.repeatUnproven();
    this.due();
  }

  /** Asks what is kept, and repeats the rest; everything, if there is no answer. */
  async #ask(): Promise<void> {
    const { questions } = this.#settings;
    const { received, read } = this.acks;
    const question = { what: 'conversations', limit: LINES } as const;
    const log = this.#log;
    this.#asking = true;
    try {
      for (const line of await questions.askAll(question, ({ conversation }) => conversation)) {
        if (this.#log !== log) break;
        received.proven(line.conversation, line.received);
        read.proven(line.conversation, line.read);
      }
    } catch {
      // No proof of anything: what could be lost is repeated.
    }
    this.#asking = false;
    this.#repeat();
  }

  #raiseRead(): void {
    const { journal, readable } = this.#settings;
    for (const [conversation, wanted] of this.#wanted) {
      const value = readable(conversation, wanted);
      if (this.acks.read.raise(conversation, value)) {
        journal.add({ change: 'read', conversation, value });
      }
      if (value >= wanted) this.#wanted.delete(conversation);
    }
  }
}
