/**
 * The one delivery timer of a connection: without progress it asks with PING and has the oldest
 * delivery sent again, each time after twice the wait; without PONG, or without progress for
 * `ackTimeout`, the connection is dead.
 */
import type { Clock } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Session } from '../session/session.ts';

/**
 * again: send the oldest once more. unanswered: no PONG came. unacknowledged: no progress for
 * `ackTimeout`.
 */
export type Late = 'again' | 'unanswered' | 'unacknowledged';

export class Retransmission {
  readonly #session: Session;
  readonly #limits: Limits;
  readonly #clock: Clock;
  #waitMs: number;
  #dueMs: number | undefined;
  #progressMs = 0;
  #askedWith: number | undefined;

  constructor(session: Session, limits: Limits, clock: Clock) {
    this.#session = session;
    this.#limits = limits;
    this.#clock = clock;
    this.#waitMs = limits.retransmit;
  }

  get dueMs(): number | undefined {
    return this.#dueMs;
  }

  /** A delivery went out: the timer runs. */
  sent(): void {
    if (this.#dueMs === undefined) this.#restart();
  }

  /** A cursor moved. */
  progressed(more: boolean): void {
    this.#askedWith = undefined;
    if (more) this.#restart();
    else this.#rest();
  }

  pong(id: number): void {
    if (id === this.#askedWith) this.#askedWith = undefined;
  }

  /** What the time says: send the oldest again, or give up. */
  tick(nowMs: number, outstanding: boolean): Late | undefined {
    if (this.#dueMs === undefined || nowMs < this.#dueMs) return undefined;
    if (!outstanding) {
      this.#dueMs = undefined;
      return undefined;
    }
    if (this.#askedWith !== undefined && !this.#session.pacing) return 'unanswered';
    if (nowMs >= this.#progressMs + this.#limits.ackTimeout) return 'unacknowledged';
    this.#askedWith = this.#session.ping('unacknowledged');
    this.#waitMs *= 2;
    const lastMs = this.#progressMs + this.#limits.ackTimeout;
    this.#dueMs = Math.min(nowMs + this.#waitMs, Math.max(lastMs, nowMs + 1));
    return 'again';
  }

  #restart(): void {
    const nowMs = this.#clock.monotonic();
    this.#waitMs = this.#limits.retransmit;
    this.#progressMs = nowMs;
    this.#dueMs = nowMs + this.#waitMs;
    this.#session.wake(this.#dueMs);
  }

  #rest(): void {
    this.#dueMs = undefined;
    this.#session.wake(undefined);
  }
}
