/**
 * Hands answers over to the cache, behind the path's back: gathered, one call at a time, dropped
 * when too many wait.
 */
import { reasonOf, type Clock, type Entry } from '../contract/index.ts';
import type { Placed } from '../chat/sender.ts';
import type { Seal } from '../kernel/seal.ts';
import { settledWithin } from '../kernel/within.ts';
import type { Breaker } from './breaker.ts';
import type { Cached } from './recent-answers.ts';
import { answerKey, called, sealAnswer } from './sealed-answer.ts';

interface Surroundings {
  readonly cached: Cached;
  readonly breaker: Breaker;
  readonly clock: Clock;
  readonly log: string;
  readonly seal: Seal;
}

/** Answers that are handed over in one call. */
const CALL_MAX = 256;
/** Nobody waits for them to be kept; a cache that takes longer is taken to hang. */
const CALL_LIMIT_MS = 1_000;

export class AnswerPuts {
  readonly #around: Surroundings;
  readonly #queue: { readonly key: string; readonly placed: Placed }[] = [];
  /** Undefined: nothing waits. */
  #putting: Promise<void> | undefined;
  #closed = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get length(): number {
    return this.#queue.length;
  }

  add(entries: readonly Entry[]): void {
    if (this.#closed) return;
    const { cached, clock, log } = this.#around;
    const room = Math.max(0, cached.settings.pending - this.#queue.length);
    for (const entry of entries.slice(0, room)) {
      const { id, position, order, acceptedAt } = entry;
      const key = answerKey(log, entry, entry.number);
      this.#queue.push({ key, placed: { id, position, order, acceptedAt } });
    }
    if (entries.length > room) cached.report.puts.add(entries.length - room, 'full');
    this.#putting ??= new Promise((resolve) => clock.soon(() => resolve(this.#putAll())));
  }

  /** Waits a little for what is still to be handed over; what comes later is not. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#putting) await settledWithin(this.#around.clock, CALL_LIMIT_MS, this.#putting);
    this.#queue.length = 0;
  }

  async #putAll(): Promise<void> {
    const { cached, breaker, seal } = this.#around;
    while (this.#queue.length > 0) {
      const entered = breaker.enter();
      const batch = this.#queue.splice(0, entered ? CALL_MAX : Infinity);
      if (!entered) {
        cached.report.puts.add(batch.length, 'left-alone');
        continue;
      }
      const pairs = batch.map(({ key, placed }) => ({ key, value: sealAnswer(key, placed, seal) }));
      const fate = await this.#put(called(() => cached.cache.remember(pairs)));
      cached.report.puts.add(batch.length, fate);
    }
    this.#putting = undefined;
  }

  async #put(work: Promise<void>): Promise<'kept' | 'failed'> {
    const { breaker, clock } = this.#around;
    const inTime = await settledWithin(clock, CALL_LIMIT_MS, work);
    if (!inTime) breaker.failed(`nothing was kept within ${CALL_LIMIT_MS} ms`);
    try {
      // One at a time: what hangs is waited for, and what comes meanwhile is dropped at the bound.
      await work;
      if (!inTime) return 'failed';
      breaker.worked();
      return 'kept';
    } catch (error) {
      if (inTime) breaker.failed(reasonOf(error));
      return 'failed';
    }
  }
}
