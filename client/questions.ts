/**
 * Questions and their answers. They have no effect, so after a reconnection the open ones are
 * simply asked again.
 */
import type { Items, Query, Result, What } from '../core/wire/frames.ts';
import type { Cancel, ClientClock } from './clock.ts';
import { ClientError, RefusedError } from './errors.ts';

export type Question<W extends What> = Omit<Query, 'type' | 'query' | 'what'> & { what: W };

interface Open {
  readonly frame: Query;
  readonly what: What;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
  readonly cancelTimer: Cancel;
}

export interface QuestionsSettings {
  readonly clock: ClientClock;
  readonly limits: { readonly questions: number; readonly questionTimeoutMs: number };
  /** Sends now if there is a connection, else does nothing. */
  readonly send: (frame: Query) => void;
}

export class Questions {
  readonly #settings: QuestionsSettings;
  readonly #open = new Map<number, Open>();
  #next = 1;

  constructor(settings: QuestionsSettings) {
    this.#settings = settings;
  }

  /**
   * Rejects with RefusedError (RESULT.code), ClientError `timeout`, `question` (too many) or
   * `closed`, or RangeError for a number that no frame can hold.
   */
  ask<W extends What>(question: Question<W>): Promise<Result<W>> {
    const { clock, limits } = this.#settings;
    if (this.#open.size >= limits.questions) {
      const why = `more than ${limits.questions} questions are open`;
      return Promise.reject(new ClientError('question', why));
    }
    const query = this.#next;
    this.#next += 1;
    const frame: Query = { type: 'query', query, ...question };
    return new Promise<Result<W>>((resolve, reject) => {
      const cancelTimer = clock.after(limits.questionTimeoutMs, () => {
        this.#open.delete(query);
        const why = `no answer to ${question.what} within ${limits.questionTimeoutMs} ms`;
        reject(new ClientError('timeout', why));
      });
      const settle = resolve as (result: Result) => void;
      const open = { frame, what: question.what, resolve: settle, reject, cancelTimer };
      this.#open.set(query, open);
      this.#send(open);
    });
  }

  /** All items of a list that comes in pages, by name. */
  async askAll<W extends 'conversations' | 'members' | 'friends'>(
    question: Question<W>,
    nameOf: (item: Items[W]) => string,
  ): Promise<Items[W][]> {
    const items: Items[W][] = [];
    for (;;) {
      const last = items.at(-1);
      const page = await this.ask(
        last === undefined ? question : { ...question, from: nameOf(last) },
      );
      items.push(...page.item);
      if (page.more !== 1 || page.item.length === 0) return items;
    }
  }

  /** The entries between two positions, ascending. Rejects as `ask` does. */
  async *between(
    conversation: string,
    { after, before }: { readonly after: number; readonly before: number },
  ): AsyncGenerator<Items['history']> {
    let from = after;
    for (;;) {
      const page = await this.ask({ what: 'history', conversation, after: from, before });
      yield* page.item;
      const last = page.item.at(-1);
      if (last === undefined || page.more !== 1) return;
      from = last.position;
    }
  }

  whatOf(query: number): What | undefined {
    return this.#open.get(query)?.what;
  }

  answered(result: Result): void {
    const open = this.#open.get(result.query);
    if (open === undefined) return;
    this.#open.delete(result.query);
    open.cancelTimer();
    if (result.code === undefined) open.resolve(result);
    else open.reject(new RefusedError(result.code, result.detail));
  }

  /** A new connection: asks again what is open. */
  connected(): void {
    for (const open of this.#open.values()) this.#send(open);
  }

  /** What cannot be written is the asker's mistake, and must not end the connection. */
  #send({ frame, reject, cancelTimer }: Open): void {
    try {
      this.#settings.send(frame);
    } catch (error) {
      this.#open.delete(frame.query);
      cancelTimer();
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  close(error: ClientError): void {
    for (const open of this.#open.values()) {
      open.cancelTimer();
      open.reject(error);
    }
    this.#open.clear();
  }
}
