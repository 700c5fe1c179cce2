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

export type LetterPlace = Pick<DeadLetter, 'conversation' | 'position'>;

/** As it is in the store now: what is written meanwhile by another one is not written over. */
export interface FoundLetter {
  readonly letter: DeadLetter;
  /** Puts another one in its place; undefined: it is dealt with. False: it is another one now. */
  replace(next: DeadLetter | undefined): Promise<boolean>;
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
/** Of one that is dealt with: a register forgets no key. */
const DEALT_WITH = '';

export class DeadLetters {
  readonly #register: Register;
  readonly #prefix: string;

  constructor(register: Register, consumer: string) {
    this.#register = register;
    this.#prefix = `dead-letter/${consumer}/`;
  }

  /** In the store when resolved; false: this entry was set aside before. */
  async keep(entry: Entry, why: string, attempts: number, nowMs: number): Promise<boolean> {
    const { conversation, position, id } = entry;
    const letter = textOf({ conversation, position, id, why, attempts, at: nowMs });
    const key = this.#keyOf(entry);
    if (await this.#register.compareAndSet(key, undefined, letter)) return true;
    return this.#register.compareAndSet(key, DEALT_WITH, letter);
  }

  /** Of one entry; undefined: it was not set aside, or is dealt with. */
  async find(place: LetterPlace): Promise<FoundLetter | undefined> {
    const key = this.#keyOf(place);
    const text = await this.#register.read(key);
    if (text === undefined || text === DEALT_WITH) return undefined;
    return {
      letter: JSON.parse(text) as DeadLetter,
      replace: (next) => {
        return this.#register.compareAndSet(key, text, next ? textOf(next) : DEALT_WITH);
      },
    };
  }

  /** By conversation and position; a page may have fewer than `limit`, and more follow. */
  async list(after: string | undefined, limit: number): Promise<DeadLetterPage> {
    const found = await this.#register.list(this.#prefix, after ?? '', limit);
    const there = found.filter(({ value }) => value !== DEALT_WITH);
    const letters = there.map(({ value }) => JSON.parse(value) as DeadLetter);
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

  #keyOf({ conversation, position }: LetterPlace): string {
    return `${this.#prefix}${conversation}/${String(position).padStart(POSITION_DIGITS, '0')}`;
  }
}

function textOf(letter: DeadLetter): string {
  return JSON.stringify({ ...letter, why: letter.why.slice(0, WHY_MAX_CHARS) });
}
