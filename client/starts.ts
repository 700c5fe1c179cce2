/**
 * Up to where all was received: what this client remembers, else what the server does. A client
 * without a memory cannot tell by the first delivery of a conversation whether an earlier process
 * of its device had the `previous` one, or whether that was lost on its way.
 */
import type { Questions } from './questions.ts';

export class Starts {
  readonly #questions: Pick<Questions, 'ask'>;
  #known: ReadonlyMap<string, number> = new Map();

  constructor(questions: Pick<Questions, 'ask'>) {
    this.#questions = questions;
  }

  load(received: ReadonlyMap<string, number>): void {
    this.#known = new Map(received);
  }

  /** Another log. */
  forget(): void {
    this.#known = new Map();
  }

  of(conversation: string): number | undefined {
    return this.#known.get(conversation);
  }

  /**
   * Asks for the user's received mark, which is not below this device's; Infinity where the server
   * does not know of the conversation. Rejects as `Questions.ask` does.
   */
  async ask(conversation: string): Promise<number> {
    const question = { what: 'conversations', from: justBefore(conversation), limit: 1 } as const;
    const [line] = (await this.#questions.ask(question)).item;
    return line?.conversation === conversation ? line.received : Infinity;
  }
}

/** No conversation's name is between this and `name`: `~` is above all that names are made of. */
function justBefore(name: string): string {
  const last = name.length - 1;
  return `${name.slice(0, last)}${String.fromCharCode(name.charCodeAt(last) - 1)}~`;
}
