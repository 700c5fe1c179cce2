/**
 * Entries that a consumer could not take, set aside with the reason, in the store's register. The
 * entries themselves stay in the log, where conversation and position lead.
 */
import type { Entry, Register } from '../contract/index.ts';

export interface DeadLetter {
  readonly conversation: string;
  readonly position: number;
  readonly id: string;
  readonly why: string;
  /** Attempts that were made. */
  readonly attempts: number;
  /** Wall clock ms at which it was set aside. */
  readonly at: number;
}

/** A page of a consumer's dead letters; `after` of the next question is `upTo`. */
export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** Undefined: there are no more. */
  readonly upTo: string | undefined;
}

const WHY_MAX_CHARS = 500;
const COUNT_PAGE = 500;
const POSITION_DIGITS = 15;

export class DeadLetters {
  readonly #register: Register;
  readonly #prefix: string;

  constructor(register: Register, consumer: string) {
    this.#register = register;
    this.#prefix = `dead-letter/${consumer}/`;
  }

  /** In the store when resolved; false: this entry was set aside before. */
  keep(entry: Entry, why: string, attempts: number, nowMs: number): Promise<boolean> {
    const { conversation, position, id } = entry;
    const reason = why.slice(0, WHY_MAX_CHARS);
    const letter: DeadLetter = { conversation, position, id, why: reason, attempts, at: nowMs };
    return this.#register.compareAndSet(this.#keyOf(entry), undefined, JSON.stringify(letter));
  }

  /** Of one entry; undefined: it was not set aside. */
  async find(entry: Entry): Promise<DeadLetter | undefined> {
    const value = await this.#register.read(this.#keyOf(entry));
    return value === undefined ? undefined : (JSON.parse(value) as DeadLetter);
  }

  /** By conversation and position. */
  async list(after: string | undefined, limit: number): Promise<DeadLetterPage> {
    const found = await this.#register.list(this.#prefix, after ?? '', limit);
    const letters = found.map(({ value }) => JSON.parse(value) as DeadLetter);
    return { letters, upTo: found.length < limit ? undefined : found.at(-1)?.key };
  }

  async count(): Promise<number> {
    let count = 0;
    let after: string | undefined;
    do {
      const { letters, upTo } = await this.list(after, COUNT_PAGE);
      count += letters.length;
      after = upTo;
    } while (after !== undefined);
    return count;
  }

  #keyOf({ conversation, position }: Entry): string {
    return `${this.#prefix}${conversation}/${String(position).padStart(POSITION_DIGITS, '0')}`;
  }
}
