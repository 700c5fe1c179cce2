/** How far others have received and read, and who waits to know. */
import type { Receipt } from '../core/wire/frames.ts';
import { ClientError } from './errors.ts';

export type MarkKind = 'received' | 'read';

interface Waiter {
  readonly kind: MarkKind;
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface Conversation {
  received: number;
  read: number;
  waiters: Waiter[];
}

export class Marks {
  readonly #conversations = new Map<string, Conversation>();

  /** Another member has come this far; marks never fall. Read implies received. */
  raise(receipt: Pick<Receipt, 'conversation' | MarkKind>): void {
    const marks = this.#of(receipt.conversation);
    marks.read = Math.max(marks.read, receipt.read);
    marks.received = Math.max(marks.received, receipt.received, receipt.read);
    if (marks.waiters.length === 0) return;
    const left: Waiter[] = [];
    for (const waiter of marks.waiters) {
      if (marks[waiter.kind] >= waiter.position) waiter.resolve();
      else left.push(waiter);
    }
    marks.waiters = left;
  }

  /** Resolves once another member has come to `position`. */
  reached(conversation: string, position: number, kind: MarkKind): Promise<void> {
    const marks = this.#of(conversation);
    if (marks[kind] >= position) return Promise.resolve();
    return new Promise((resolve, reject) => {
      marks.waiters.push({ kind, position, resolve, reject });
    });
  }

  /** Conversations that somebody waits in. */
  awaited(): string[] {
    const names: string[] = [];
    for (const [name, { waiters }] of this.#conversations) if (waiters.length > 0) names.push(name);
    return names;
  }

  /** Positions lost their meaning, or the client was closed. */
  forget(error: ClientError): void {
    for (const { waiters } of this.#conversations.values()) {
      for (const waiter of waiters) waiter.reject(error);
    }
    this.#conversations.clear();
  }

  #of(conversation: string): Conversation {
    let marks = this.#conversations.get(conversation);
    if (marks === undefined) {
      marks = { received: 0, read: 0, waiters: [] };
      this.#conversations.set(conversation, marks);
    }
    return marks;
  }
}
