/**
 * Sends RECEIVED and READ: gathered per turn, the newest per conversation, and again after each
 * WELCOME.
 */
import { Acks } from './acks.ts';
import type { ClientClock } from './clock.ts';
import type { Journal } from './journal.ts';
import type { OutboxState } from './outbox.ts';
import type { Session } from './session.ts';

/**
 * No line of RECEIVED or READ is longer: the longest name of a conversation, a position, and their
 * tags.
 */
const LINE_BYTES = 160;

export interface AcknowledgerSettings {
  readonly clock: ClientClock;
  readonly journal: Journal;
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

  constructor(settings: AcknowledgerSettings) {
    this.#settings = settings;
  }

  load(state: Pick<OutboxState, 'received' | 'read'>): void {
    this.acks.load(state);
  }

  connected(session: Session): void {
    this.#session = session;
    this.acks.repeatAll();
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
