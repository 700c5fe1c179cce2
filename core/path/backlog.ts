/**
 * The conversations of a session that are behind and not opened yet: read from the store page by
 * page when the device comes, added to when there is no room for more at once.
 */
import type { Persistence } from '../contract/index.ts';
import type { Session } from '../session/session.ts';

const PAGE = 256;

export class Backlog {
  readonly #session: Session;
  readonly #persistence: Persistence;
  readonly #names = new Set<string>();
  /** Read up to this name; undefined: all is read. */
  #after: string | undefined = '';
  #reading = false;

  constructor(session: Session, persistence: Persistence) {
    this.#session = session;
    this.#persistence = persistence;
  }

  /** True while there is, or may be, something here. */
  get waits(): boolean {
    return this.#names.size > 0 || this.#reading;
  }
  /** Names that are here. */
  get size(): number {
    return this.#names.size;
  }
  /** True if `read` would bring more. */
  get unread(): boolean {
    return this.#after !== undefined && !this.#reading && this.#names.size === 0;
  }

  add(name: string): void {
    this.#names.add(name);
  }

  /** The next name, taken off. */
  take(): string | undefined {
    for (const name of this.#names) {
      this.#names.delete(name);
      return name;
    }
    return undefined;
  }

  /** Reads the next page, if `unread`. Rejects as the store does. */
  async read(): Promise<void> {
    if (!this.unread) return;
    this.#reading = true;
    const { user, device } = this.#session;
    const names = await this.#persistence.backlog(user, device, this.#after ?? '', PAGE);
    this.#reading = false;
    this.#after = names.length < PAGE ? undefined : names.at(-1);
    for (const name of names) this.#names.add(name);
  }

  clear(): void {
    this.#names.clear();
    this.#after = undefined;
  }
}
