/**
 * One consumer's way through the log: shard by shard in the sequence of keeping, each entry until
 * it is taken or set aside. A shard whose entry must be tried again rests meanwhile and holds up
 * no other. Memory: one page for each shard in work.
 */
import {
  ImError,
  reasonOf,
  type Clock,
  type Consumer,
  type Entry,
  type Log,
  type Persistence,
  type Random,
} from '../contract/index.ts';
import type { ConsumerSettings } from '../config/role-settings.ts';
import type { Lease } from '../cluster/lease.ts';
import type { Shards } from '../cluster/shards.ts';
import { Current } from '../kernel/current.ts';
import { attemptWith } from './attempt.ts';
import type { ConsumerCursors, Place } from './consumer-cursors.ts';
import type { ConsumerHealth } from './consumer-health.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Consumed } from './trace/hop-ring.ts';

interface Surroundings {
  readonly consumer: Consumer;
  readonly settings: ConsumerSettings;
  readonly persistence: Persistence;
  readonly shards: Shards;
  /** Without it another node may be handing out the same shards. */
  readonly lease: Pick<Lease, 'open'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly cursors: ConsumerCursors;
  readonly deadLetters: DeadLetters;
  readonly health: ConsumerHealth;
  /** What came of an attempt, for the flight recorder. */
  readonly note: (hop: Consumed, entry: Entry, nowMs: number) => void;
}

/** idle: nothing follows. more: go on when it is its turn. Else: rest for so many ms. */
type Next = 'idle' | 'more' | number;

/** Entries read at once. */
const PAGE = 32;
const BEGINNING: Place = { after: 0, skip: 0 };

export class Consumption {
  readonly #around: Surroundings;
  readonly #current: Current<Pick<Surroundings, 'consumer' | 'settings'>>;
  /** Shards in which something may follow, in the sequence of their turns. */
  readonly #ready = new Set<number>();
  readonly #busy = new Set<number>();
  /** Woken while busy. */
  readonly #again = new Set<number>();
  /** What ends the rest of a shard. */
  readonly #resting = new Map<number, () => void>();
  /** Failed attempts with the entry at a shard's cursor. */
  readonly #failed = new Map<number, number>();
  /** Times in a row that the store failed a shard. */
  readonly #stalled = new Map<number, number>();
  readonly #running = new Set<AbortController>();
  #stopped = false;
  #whenIdle: (() => void) | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#current = new Current(around);
  }

  /** Finds its places in these shards; `wake` goes on from there. */
  async start(shards: readonly number[]): Promise<void> {
    const { cursors, health, deadLetters } = this.#around;
    await cursors.load();
    await Promise.all(shards.map((shard) => this.#begin(shard)));
    health.begin(await deadLetters.count());
  }

  /** Something may follow in this shard, and is not to be taken yet. */
  wait(shard: number): void {
    this.#around.health.behind(shard);
  }

  /** Something may follow in this shard. */
  wake(shard: number): void {
    if (this.#stopped || this.#resting.has(shard)) return;
    this.#around.health.behind(shard);
    if (this.#busy.has(shard)) this.#again.add(shard);
    else this.#ready.add(shard);
    this.#run();
  }

  /**
   * Another one takes the entries from the next attempt on, and those that rest are tried with it
   * at once. Resolves when the one before has none in work any more.
   */
  exchange(consumer: Consumer, settings: ConsumerSettings): Promise<void> {
    const left = this.#current.exchange({ consumer, settings });
    for (const [shard, cancel] of this.#resting) {
      cancel();
      this.#ready.add(shard);
    }
    this.#resting.clear();
    this.#run();
    return left;
  }

  /** Ends the attempts under way and keeps the cursors. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const cancel of this.#resting.values()) cancel();
    for (const controller of this.#running) controller.abort(new Error('the node stops'));
    if (this.#busy.size > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    await this.#around.cursors.close();
  }

  /** The cursor up to which every entry of the shard is taken or set aside. */
  passed(shard: number): number {
    return this.place(shard).after;
  }

  /** Its place in a shard that it was started with. */
  place(shard: number): Place {
    return this.#around.cursors.get(shard) ?? BEGINNING;
  }

  /** One attempt out of turn, for an operator. Rejects as the consumer does. */
  async attempt(entry: Entry, attempt: number): Promise<void> {
    const { clock, health, note } = this.#around;
    if (this.#stopped) throw stopping();
    const startedMs = clock.monotonic();
    try {
      await this.#attempt(entry, attempt);
    } catch (error) {
      if (this.#stopped) throw stopping();
      health.failedAgain();
      note('failed', entry, clock.monotonic());
      throw error;
    }
    health.tookAgain(clock.monotonic() - startedMs);
    note('taken', entry, clock.monotonic());
  }

  get resting(): number {
    return this.#resting.size;
  }

  async #begin(shard: number): Promise<Place> {
    const { cursors, persistence } = this.#around;
    const { settings } = this.#current.value;
    if (!cursors.get(shard)) {
      const after = settings.from === 'now' ? await persistence.shardEnd(shard) : 0;
      await cursors.begin(shard, { after, skip: 0 });
    }
    return cursors.get(shard) as Place;
  }

  #run(): void {
    for (const shard of this.#ready) {
      if (this.#stopped || this.#busy.size >= this.#current.value.settings.concurrency) return;
      this.#ready.delete(shard);
      this.#busy.add(shard);
      void this.#serve(shard);
    }
  }

  /** One page of a shard, then it is the next one's turn. Never rejects. */
  async #serve(shard: number): Promise<void> {
    this.#again.delete(shard);
    let next: Next;
    try {
      next = await this.#page(shard);
      this.#stalled.delete(shard);
    } catch (error) {
      this.#warn(shard, reasonOf(error));
      next = this.#delayMs(countIn(this.#stalled, shard));
    }
    this.#busy.delete(shard);
    if (this.#stopped) return this.#settle();
    if (typeof next === 'number') this.#rest(shard, next);
    else if (next === 'more' || this.#again.has(shard)) this.#ready.add(shard);
    else this.#around.health.caughtUp(shard);
    this.#run();
  }

  /** Said once, however many shards the store fails. */
  #warn(shard: number, why: string): void {
    if (this.#stalled.size > 0) return;
    this.#around.log.warn('a shard could not be read, or a dead letter not kept', { shard, why });
  }

  async #page(shard: number): Promise<Next> {
    const { persistence, shards, cursors } = this.#around;
    if (shards.epoch(shard) === undefined) return 'idle';
    const { after, skip } = await this.#begin(shard);
    const { entries, upTo } = await persistence.readShard(shard, after, PAGE);
    for (let at = skip; at < entries.length; at += 1) {
      if (this.#stopped) return 'idle';
      // It may have ended while the last entry was taken.
      if (!this.#around.lease.open) return this.#delayMs(1);
      const next = await this.#take(shard, entries[at] as Entry);
      if (next !== 'more') return next;
      cursors.move(shard, { after, skip: at + 1 });
    }
    if (upTo === after) return 'idle';
    cursors.move(shard, { after: upTo, skip: 0 });
    return 'more';
  }

  /** `more`: the entry is done, taken or set aside. */
  async #take(shard: number, entry: Entry): Promise<Next> {
    const { clock, health, note } = this.#around;
    health.reached(shard, entry);
    const attempt = (this.#failed.get(shard) ?? 0) + 1;
    const startedMs = clock.monotonic();
    try {
      await this.#attempt(entry, attempt);
      this.#failed.delete(shard);
      const nowMs = clock.monotonic();
      health.taken(shard, nowMs - startedMs);
      note('taken', entry, nowMs);
      return 'more';
    } catch (error) {
      // A stop ended it, which is no failure of the entry: it comes again after the next start.
      if (this.#stopped) return 'idle';
      return this.#afterFailure(shard, entry, error);
    }
  }

  #attempt(entry: Entry, attempt: number): Promise<void> {
    const { clock } = this.#around;
    return this.#current.use(({ consumer, settings: { timeLimit: timeLimitMs } }) => {
      const means = { consumer, clock, timeLimitMs, running: this.#running };
      return attemptWith(means, entry, attempt);
    });
  }

  async #afterFailure(shard: number, entry: Entry, error: unknown): Promise<Next> {
    const { health, deadLetters, clock, note } = this.#around;
    const { settings } = this.#current.value;
    const attempts = countIn(this.#failed, shard);
    health.failed(shard, entry, attempts, reasonOf(error));
    note('failed', entry, clock.monotonic());
    if (attempts < settings.tries && !isUndeliverable(error)) return this.#delayMs(attempts);
    const isNew = await deadLetters.keep(entry, reasonOf(error), attempts, clock.now());
    this.#failed.delete(shard);
    health.setAside(shard, entry, reasonOf(error), isNew);
    note('set-aside', entry, clock.monotonic());
    return 'more';
  }

  /** Doubles with each failure; the second half of it is left to chance, so that retries spread. */
  #delayMs(failures: number): number {
    const { random } = this.#around;
    const { settings } = this.#current.value;
    const fullMs = Math.min(settings.retryMax, settings.retryFrom * 2 ** (failures - 1));
    return fullMs * (0.5 + random.next() / 2);
  }

  #rest(shard: number, delayMs: number): void {
    const cancel = this.#around.clock.after(delayMs, () => {
      this.#resting.delete(shard);
      this.#ready.add(shard);
      this.#run();
    });
    this.#resting.set(shard, cancel);
  }

  #settle(): void {
    if (this.#busy.size === 0) this.#whenIdle?.();
  }
}

function countIn(counts: Map<number, number>, shard: number): number {
  const count = (counts.get(shard) ?? 0) + 1;
  counts.set(shard, count);
  return count;
}

function isUndeliverable(error: unknown): boolean {
  return error instanceof ImError && error.code === 'IM_CONSUMER_UNDELIVERABLE';
}

function stopping(): ImError {
  return new ImError('IM_ADMIN_AWAY', { why: 'it stops' });
}
