/** The authentication of the moment: another one may follow, and who asked before is answered. */
import type { Authentication, Identity } from '../../contract/index.ts';
import { Current } from '../../kernel/current.ts';

export class CurrentAuthentication {
  readonly #current: Current<Authentication>;

  constructor(first: Authentication) {
    this.#current = new Current(first);
  }

  authenticate(token: string): Promise<Identity | { readonly refused: string }> {
    return this.#current.use((one) => one.authenticate(token));
  }

  /** Resolves when the one before has answered everybody. */
  exchange(next: Authentication): Promise<void> {
    return this.#current.exchange(next);
  }
}
