/**
 * Numbers in hand: taken at once while there are some, and the next block is asked for when half of
 * one is used. Who finds none waits, in sequence, within a bound.
 */
import { ImError, reasonOf, type Cancel, type Clock, type Counter } from 'im-kernel/contract';
import type { Block, NumberSource } from './number-source.ts';

interface Waiting {
  readonly count: number;
  readonly above: number;
  readonly resolve: (numbers: readonly number[]) => void;
  readonly reject: (why: ImError) => void;
  readonly cancel: Cancel;
}

interface Held extends Block {
  /** When it came, monotonic: what others were given since then is higher. */
  readonly cameMs: number;
}

interface Surroundings {
  readonly source: NumberSource;
  readonly clock: Clock;
  /** Numbers asked for at once. */
  readonly block: number;
  readonly waitMs: number;
  /** Numbers in hand for longer are let go; Infinity: never. */
  readonly maxAgeMs: number;
  readonly counters: {
    readonly blocks: Counter;
    readonly waits: Counter;
    readonly refused: Counter;
    readonly skipped: Counter;
  };
}

/** Batches that wait at once; a lane has one at a time. */
const WAITING_MAX = 1_024;
/** How long to wait before the source is asked again after it gave none. */
const RETRY_MS = 100;

export class NumberSupply {
  readonly #around: Surroundings;
  /** Ascending, and never empty ones. */
  #blocks: Held[] = [];
  #waiting: Waiting[] = [];
  /** Above everything that ever came in, whatever the source says. */
  #highest = 0;
  #asking = false;
  #retry: Cancel | undefined;
  /** Why nothing came last, until something comes. */
  #why: string | undefined;
  /** Somebody waited in vain: nobody else does until numbers come. */
  #dry = false;
  #stopped = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Numbers in hand. */
  get left(): number {
    return this.#blocks.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  }

  /** Asks for the first block: it should be there when the first batch comes. */
  begin(): void {
    this.#askIfLow();
  }

  /**
   * Ascending numbers above `above`. What lies below is let go: another server gave higher ones in
   * the same conversation. Rejects with IM_SEQUENCER_AWAY after the wait, and as soon as the source
   * says so with IM_SEQUENCER_BELOW.
   */
  take(count: number, above: number): readonly number[] | Promise<readonly number[]> {
    if (this.#waiting.length === 0) {
      this.#skipOld();
      const numbers = this.#cut(count, above);
      this.#askIfLow();
      if (numbers) return numbers;
    }
    return this.#wait(count, above);
  }

  stop(): void {
    this.#stopped = true;
    this.#retry?.();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) this.#refuse(one, this.#away('the server is being stopped'));
  }

  /** Undefined: there are too few, and they stay. */
  #cut(count: number, above: number): readonly number[] | undefined {
    this.#skip(above);
    if (this.left < count) return undefined;
    const numbers: number[] = [];
    while (numbers.length < count) {
      const head = this.#blocks.shift() as Held;
      const { first, last } = head;
      const end = Math.min(last, first + count - numbers.length - 1);
      for (let number = first; number <= end; number += 1) numbers.push(number);
      if (end < last) this.#blocks.unshift({ ...head, first: end + 1 });
    }
    return numbers;
  }

  #skip(above: number): void {
    for (let head = this.#blocks[0]; head && head.first <= above; head = this.#blocks[0]) {
      this.#around.counters.skipped.add(Math.min(head.last, above) - head.first + 1);
      this.#blocks.shift();
      if (head.last > above) this.#blocks.unshift({ ...head, first: above + 1 });
    }
  }

  #skipOld(): void {
    const { clock, maxAgeMs } = this.#around;
    const oldest = this.#blocks[0];
    if (!oldest || clock.monotonic() - oldest.cameMs <= maxAgeMs) return;
    this.#skip(oldest.last);
    this.#skipOld();
  }

  #wait(count: number, above: number): Promise<readonly number[]> {
    const { clock, waitMs, counters } = this.#around;
    if (this.#stopped || this.#dry || this.#waiting.length >= WAITING_MAX) {
      counters.refused.add();
      return Promise.reject(this.#away(this.#why ?? 'none came in time'));
    }
    counters.waits.add();
    return new Promise((resolve, reject) => {
      const cancel = clock.after(waitMs, () => {
        this.#dry = true;
        this.#waiting = this.#waiting.filter((other) => other !== one);
        this.#refuse(one, this.#away(this.#why ?? `none came within ${waitMs} ms`));
      });
      const one: Waiting = { count, above, resolve, reject, cancel };
      this.#waiting.push(one);
      this.#askIfLow();
    });
  }

  #refuse({ reject, cancel }: Waiting, why: ImError): void {
    cancel();
    this.#around.counters.refused.add();
    reject(why);
  }

  #away(why: string): ImError {
    return new ImError('IM_SEQUENCER_AWAY', { why });
  }

  #askIfLow(): void {
    const { block } = this.#around;
    const low = this.#waiting.length > 0 || this.left <= block / 2;
    if (low && !this.#asking && !this.#retry && !this.#stopped) void this.#ask();
  }

  async #ask(): Promise<void> {
    const { source, block, clock } = this.#around;
    this.#asking = true;
    this.#retry = undefined;
    const first = this.#waiting[0];
    try {
      const above = Math.max(this.#highest, first?.above ?? 0);
      const granted = await source.grant(block, above);
      this.#got({ ...granted, cameMs: clock.monotonic() }, above);
    } catch (error) {
      this.#why = reasonOf(error);
      if (first && first === this.#waiting[0] && isOfNoUse(error)) {
        this.#waiting.shift();
        this.#refuse(first, error);
      } else if (!this.#stopped) {
        this.#retry = clock.after(RETRY_MS, () => {
          this.#retry = undefined;
          this.#askIfLow();
        });
      }
    }
    this.#asking = false;
    this.#askIfLow();
  }

  #got(block: Held, above: number): void {
    if (block.first <= above || block.last < block.first) {
      throw new Error('the sequencer went back');
    }
    this.#around.counters.blocks.add();
    this.#highest = block.last;
    this.#blocks.push(block);
    this.#why = undefined;
    this.#dry = false;
    this.#serve();
  }

  #serve(): void {
    for (let head = this.#waiting[0]; head; head = this.#waiting[0]) {
      const numbers = this.#cut(head.count, head.above);
      if (!numbers) return;
      this.#waiting.shift();
      head.cancel();
      head.resolve(numbers);
    }
  }
}

/** Whoever asks for numbers above the same order will be refused again; others may not be. */
function isOfNoUse(error: unknown): error is ImError {
  return error instanceof ImError && error.code === 'IM_SEQUENCER_BELOW';
}
