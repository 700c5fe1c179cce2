/**
 * The numbers that a session owes again after passing refusals, by conversation. Each holds what is
 * above it, also one that was itself only refused for waiting: a client may have sent on before it
 * heard of that refusal. Bounded: of a conversation the lowest numbers stay, as they hold the rest;
 * where there are many conversations the one that waits the longest is forgotten.
 */
import type { Code } from '../wire/codes.ts';

export interface Held {
  readonly number: number;
  /** Whose number it is: no other command may have it. */
  readonly id: string;
  readonly code: Code;
}

export class Holds {
  readonly #max: number;
  /** Ascending by number, never empty. */
  readonly #byConversation = new Map<string, Held[]>();
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  lowest(conversation: string): Held | undefined {
    return this.#byConversation.get(conversation)?.[0];
  }

  get(conversation: string, number: number): Held | undefined {
    return this.#byConversation.get(conversation)?.find((one) => one.number === number);
  }

  add(conversation: string, added: Held): void {
    const held = this.#byConversation.get(conversation);
    if (!held) {
      this.#byConversation.set(conversation, [added]);
    } else {
      const at = held.findLastIndex((one) => one.number <= added.number);
      if (at >= 0 && held[at]?.number === added.number) return;
      held.splice(at + 1, 0, added);
    }
    this.#count += 1;
    if (this.#count > this.#max) this.#forgetOne(conversation);
  }

  remove(conversation: string, number: number): void {
    const held = this.#byConversation.get(conversation);
    const at = held?.findIndex((one) => one.number === number) ?? -1;
    if (!held || at < 0) return;
    this.#count -= 1;
    if (held.length === 1) this.#byConversation.delete(conversation);
    else held.splice(at, 1);
  }

  #forgetOne(added: string): void {
    const held = this.#byConversation.get(added);
    if (held && held.length > 1) {
      held.pop();
      this.#count -= 1;
      return;
    }
    for (const [oldest, all] of this.#byConversation) {
      this.#byConversation.delete(oldest);
      this.#count -= all.length;
      return;
    }
  }
}
