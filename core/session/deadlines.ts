/** The times of one session: what is over, and when to look again. Monotonic ms throughout. */
import type { Limits } from '../config/limits.ts';

/** How the session stands when the time is looked at. */
export interface Standing {
  readonly greeting: boolean;
  readonly live: boolean;
  /** Input waits here on purpose: silence then says nothing about the peer. */
  readonly pacing: boolean;
  readonly blocked: boolean;
  /** When something was last sent. */
  readonly sentMs: number;
}

export type Over = 'lapsed' | 'slow' | 'late' | 'silent';

/** What is said to a peer that goes for these. */
export const UNWELCOME = { lapsed: 'the token has lapsed', late: 'no HELLO in time' } as const;

const DEAD_AFTER_HEARTBEATS = 2.5;

export class Deadlines {
  readonly #limits: Limits;
  readonly #openedMs: number;
  /** When something last came. */
  receivedMs: number;
  /** Since when the output does not drain. */
  blockedMs: number | undefined;
  /** When the identity lapses. */
  expiresMs: number | undefined;
  /** When the handler wants to look. */
  handlerMs: number | undefined;

  constructor(limits: Limits, nowMs: number) {
    this.#limits = limits;
    this.#openedMs = nowMs;
    this.receivedMs = nowMs;
  }

  /** Notes since when the output is blocked. */
  note(blocked: boolean, nowMs: number): void {
    if (blocked) this.blockedMs ??= nowMs;
    else this.blockedMs = undefined;
  }

  /** What is over by now, the gravest first. */
  over(nowMs: number, standing: Standing): Over | undefined {
    if (this.expiresMs !== undefined && nowMs >= this.expiresMs) return 'lapsed';
    if (this.#slowMs !== undefined && nowMs >= this.#slowMs) return 'slow';
    if (standing.greeting && nowMs >= this.#lateMs) return 'late';
    return !standing.pacing && nowMs >= this.#deadMs ? 'silent' : undefined;
  }

  /** True if it is time for a PING. */
  quiet(nowMs: number, standing: Standing): boolean {
    return nowMs >= this.#pingMs(standing);
  }

  /** True once if the handler's time has come. */
  takeHandler(nowMs: number): boolean {
    if (this.handlerMs === undefined || nowMs < this.handlerMs) return false;
    this.handlerMs = undefined;
    return true;
  }

  /** When to look again. */
  next(nowMs: number, standing: Standing): number {
    const dueMs = Math.min(
      standing.pacing ? nowMs + this.#limits.heartbeat : this.#deadMs,
      standing.greeting ? this.#lateMs : Infinity,
      this.#pingMs(standing),
      this.handlerMs ?? Infinity,
      this.expiresMs ?? Infinity,
      this.#slowMs ?? Infinity,
    );
    return Math.max(dueMs, nowMs);
  }

  /** When there is nothing else to send; a blocked output has something. */
  #pingMs({ live, blocked, sentMs }: Standing): number {
    return live && !blocked ? sentMs + this.#limits.heartbeat : Infinity;
  }
  get #deadMs(): number {
    return this.receivedMs + this.#limits.heartbeat * DEAD_AFTER_HEARTBEATS;
  }
  get #lateMs(): number {
    return this.#openedMs + this.#limits.helloTimeout;
  }
  get #slowMs(): number | undefined {
    return this.blockedMs === undefined ? undefined : this.blockedMs + this.#limits.sendTimeout;
  }
}
