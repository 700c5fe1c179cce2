/**
 * Says once that something does not work, and once that it works again: what is tried twenty times
 * a second must not fill the disk that is full already.
 */
import type { Log } from '../contract/index.ts';

export class Trouble {
  readonly #log: Log;
  readonly #over: string;
  #lasts = false;

  /** `over`: what is said at its end. */
  constructor(log: Log, over: string) {
    this.#log = log;
    this.#over = over;
  }

  met(message: string, fields: Readonly<Record<string, unknown>>): void {
    if (!this.#lasts) this.#log.warn(message, fields);
    this.#lasts = true;
  }

  gone(): void {
    if (this.#lasts) this.#log.info(this.#over);
    this.#lasts = false;
  }
}
