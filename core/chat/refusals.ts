/**
 * What a session remembers of its refused commands: a late copy of a refused command gets the first
 * refusal's code, another id under its number is a conflict, and after a passing refusal higher
 * numbers of that conversation wait until that number has come again. Gone with the session;
 * bounded.
 */
import type { Code } from '../wire/codes.ts';
import { Holds } from './holds.ts';

interface Refused {
  readonly id: string;
  readonly code: Code;
}

export class Refusals {
  readonly #max: number;
  readonly #byConversation = new Map<string, Map<number, Refused>>();
  readonly #holds: Holds;
  #count = 0;

  constructor(max: number) {
    this.#max = max;
    this.#holds = new Holds(max);
  }

  get(conversation: string, number: number): Refused | undefined {
    return this.#byConversation.get(conversation)?.get(number);
  }

  /** A final refusal. */
  remember(conversation: string, number: number, id: string, code: Code): void {
    let numbers = this.#byConversation.get(conversation);
    if (!numbers) this.#byConversation.set(conversation, (numbers = new Map()));
    if (!numbers.has(number)) this.#count += 1;
    numbers.set(number, { id, code });
    while (this.#count > this.#max) this.#forgetOldest();
  }

  /** Takes back what was judged on a state that was not kept. */
  forget(conversation: string, number: number): void {
    if (this.#byConversation.get(conversation)?.delete(number)) this.#count -= 1;
  }

  /** The lowest number above `last` that no command of this session has had. */
  lowestFree(conversation: string, last: number): number {
    const numbers = this.#byConversation.get(conversation);
    let number = last + 1;
    while (numbers?.has(number) || this.#holds.get(conversation, number)) number += 1;
    return number;
  }

  /** The id that this number belongs to, if it was refused for now. */
  owner(conversation: string, number: number): string | undefined {
    return this.#holds.get(conversation, number)?.id;
  }

  /**
   * The passing refusal that a command of this number must wait behind, if any. `last` is the
   * highest accepted number: nothing waits for a command that has its lasting answer already, as a
   * late copy may be refused for now although the first was answered for good.
   */
  held(conversation: string, number: number, last: number): Code | undefined {
    for (;;) {
      const held = this.#holds.lowest(conversation);
      if (!held || number <= held.number) return undefined;
      if (held.number > last && !this.get(conversation, held.number)) return held.code;
      this.#holds.remove(conversation, held.number);
    }
  }

  /** A passing refusal. */
  hold(conversation: string, number: number, id: string, code: Code): void {
    this.#holds.add(conversation, { number, id, code });
  }

  /**
   * This number came again and has its lasting answer. Answers the passing refusal that was waited
   * behind: if that answer is taken back, it is to hold again.
   */
  release(conversation: string, number: number): Code | undefined {
    const held = this.#holds.get(conversation, number)?.code;
    if (held !== undefined) this.#holds.remove(conversation, number);
    return held;
  }

  #forgetOldest(): void {
    for (const [conversation, numbers] of this.#byConversation) {
      for (const number of numbers.keys()) {
        numbers.delete(number);
        this.#count -= 1;
        break;
      }
      if (numbers.size > 0) return;
      this.#byConversation.delete(conversation);
    }
  }
}
