/**
 * Whose turn it is: the conversations of one session that have something to deliver, one after the
 * other, within the window. One holds at most three quarters of it, and no more than a quarter
 * while another waits that holds less than a quarter.
 */
import type { Feed } from './feed.ts';

export class Turns {
  readonly #window: number;
  readonly #quarter: number;
  readonly #most: number;
  /** In turn; a feed that was served goes to the end. */
  readonly #ready = new Set<Feed>();
  /** Of these, those that hold less than a quarter. */
  readonly #hungry = new Set<Feed>();
  #held = 0;

  constructor(window: number) {
    this.#window = window;
    this.#quarter = Math.floor(window / 4);
    this.#most = Math.floor((window * 3) / 4);
  }

  /** Deliveries on their way, of all conversations. */
  get held(): number {
    return this.#held;
  }
  get waiting(): number {
    return this.#ready.size;
  }

  /** The feed has something to deliver, or has not. */
  update(feed: Feed, ready: boolean): void {
    if (!ready) {
      this.#ready.delete(feed);
      this.#hungry.delete(feed);
      return;
    }
    this.#ready.add(feed);
    if (feed.held < this.#quarter) this.#hungry.add(feed);
    else this.#hungry.delete(feed);
  }

  /** The feed that may send one now. `moreWaits`: others wait that are not known here yet. */
  next(moreWaits: boolean): Feed | undefined {
    if (this.#held >= this.#window) return undefined;
    for (const feed of this.#ready) {
      if (this.#may(feed, moreWaits)) return feed;
    }
    return undefined;
  }

  sent(feed: Feed): void {
    this.#held += 1;
    this.#ready.delete(feed);
  }

  acknowledged(count: number): void {
    this.#held -= count;
  }

  #may(feed: Feed, moreWaits: boolean): boolean {
    if (feed.held < this.#quarter) return true;
    if (feed.held >= this.#most) return false;
    return !moreWaits && this.#hungry.size - (this.#hungry.has(feed) ? 1 : 0) === 0;
  }
}
