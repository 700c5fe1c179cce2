/**
 * Keeps an idle connection proven: PING when nothing was sent for a while, dead when nothing came
 * for long.
 */
import type { Cancel, ClientClock } from './clock.ts';

/** Silence of this many heartbeats means that the connection is dead (PROTOCOL section 2). */
const DEAD_AFTER = 2.5;

export interface HeartbeatSettings {
  readonly clock: ClientClock;
  readonly ping: () => void;
  readonly dead: () => void;
}

export class Heartbeat {
  readonly #settings: HeartbeatSettings;
  #everyMs = 0;
  #sentMs = 0;
  #receivedMs = 0;
  #cancel: Cancel | undefined;

  constructor(settings: HeartbeatSettings) {
    this.#settings = settings;
  }

  /** Monotonic ms when something came last. */
  get receivedMs(): number {
    return this.#receivedMs;
  }

  start(everyMs: number): void {
    this.#everyMs = everyMs;
    this.#sentMs = this.#receivedMs = this.#settings.clock.monotonic();
    this.#arm();
  }

  sent(): void {
    this.#sentMs = this.#settings.clock.monotonic();
  }

  received(): void {
    this.#receivedMs = this.#settings.clock.monotonic();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** One timer, set again when it fires: traffic only writes down the time. */
  #arm(): void {
    const { clock } = this.#settings;
    const dueMs = Math.min(this.#sentMs + this.#everyMs, this.#deadAtMs());
    // At least 1 ms: a timer that fires a little early must not spin.
    const waitMs = Math.max(1, dueMs - clock.monotonic());
    this.#cancel = clock.after(waitMs, () => this.#fire());
  }

  #fire(): void {
    const nowMs = this.#settings.clock.monotonic();
    if (nowMs >= this.#deadAtMs()) {
      this.#settings.dead();
      return;
    }
    if (nowMs >= this.#sentMs + this.#everyMs) {
      this.#sentMs = nowMs;
      this.#settings.ping();
    }
    this.#arm();
  }

  #deadAtMs(): number {
    return this.#receivedMs + DEAD_AFTER * this.#everyMs;
  }
}
