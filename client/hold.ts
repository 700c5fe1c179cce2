/**
 * How long messages of one kind of conversation are held for earlier ones: as the server's rule
 * says, longer where the client's own measurement asks for it, and never longer than the rule's
 * `maxHoldMs`.
 */
import type { OrderingRule } from '../core/wire/frames.ts';
import { Disorder } from './disorder.ts';

/** What one conversation gets of the window at most (PROTOCOL section 4). */
const SHARE_OF_WINDOW = 3 / 4;

/** What `im.timing` tells of one kind of conversation. */
export interface HoldReading {
  /** Each message waits so long, so that earlier ones can be sorted in before it, ms. */
  readonly windowMs: number;
  /** Behind a gap messages wait so long before what is missing is read from the history, ms. */
  readonly gapMs: number;
  /** Of the messages lately, the part that came out of place: 0 to 1. */
  readonly lateShare: number;
}

export class Hold {
  readonly #disorder = new Disorder();
  readonly #raw: boolean;
  readonly #holdMaxMs: number;
  #toldMs = 0;
  #waitingMost = Infinity;
  #maxMs = 0;

  /** `raw`: nothing waits to be sorted. `holdMaxMs`: whatever a rule says. */
  constructor(raw: boolean, holdMaxMs: number) {
    this.#raw = raw;
    this.#holdMaxMs = holdMaxMs;
  }

  /** What holds from now on, for what is held already, too. */
  follow({ holdMs, maxHoldMs }: Pick<OrderingRule, 'holdMs' | 'maxHoldMs'>): void {
    this.#maxMs = Math.min(maxHoldMs, this.#holdMaxMs);
    this.#toldMs = Math.min(holdMs, this.#maxMs);
  }

  /** The server's window of deliveries without RECEIVED; a conversation gets a part of it. */
  set window(deliveries: number) {
    this.#waitingMost = Math.max(1, Math.floor(deliveries * SHARE_OF_WINDOW));
  }

  /** When so many wait in one conversation, the server sends no more of it: waiting is in vain. */
  get waitingMost(): number {
    return this.#waitingMost;
  }

  sample(lateMs: number | undefined): void {
    this.#disorder.sample(lateMs);
  }

  /** The longest that anything is held, ms. */
  get maxMs(): number {
    return this.#maxMs;
  }

  /** A rule without a hold promises that nothing has to be sorted. */
  get windowMs(): number {
    return this.#raw || this.#toldMs === 0 ? 0 : this.gapMs;
  }

  get gapMs(): number {
    return Math.max(this.#toldMs, Math.min(this.#disorder.holdMs, this.#maxMs));
  }

  get reading(): HoldReading {
    return { windowMs: this.windowMs, gapMs: this.gapMs, lateShare: this.#disorder.share };
  }
}
