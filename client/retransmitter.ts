/**
 * The one timer of a connection: an answer is overdue, so ask whether anybody is there, and send
 * the oldest again.
 */
import type { Cancel, ClientClock, ClientRandom } from './clock.ts';
import type { Entry, OutboxQueue } from './outbox-queue.ts';
import { Rto } from './rto.ts';

export interface RetransmitterSettings {
  readonly clock: ClientClock;
  readonly random: ClientRandom;
  readonly queue: OutboxQueue;
  readonly maxMs: number;
  readonly ping: () => void;
  readonly resend: (entry: Entry) => void;
  /** As many tries as WELCOME allows brought no answer. */
  readonly giveUp: () => void;
}

export class Retransmitter {
  readonly #settings: RetransmitterSettings;
  readonly #rto: Rto;
  #triesLeft = 0;
  #tries = 0;
  #cancel: Cancel | undefined;

  constructor(settings: RetransmitterSettings) {
    this.#settings = settings;
    this.#rto = new Rto(settings.maxMs);
  }

  connected(retransmitMs: number, tries: number): void {
    this.#rto.reset(retransmitMs);
    this.#tries = this.#triesLeft = tries;
  }

  disconnected(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Something may be in flight: sees to it that the timer runs. */
  arm(): void {
    const { clock, random, queue } = this.#settings;
    const oldest = queue.oldest();
    if (oldest === undefined || this.#cancel !== undefined) return;
    const dueMs = oldest.sentMs + this.#rto.waitMs(random);
    this.#cancel = clock.after(Math.max(1, dueMs - clock.monotonic()), () => this.#fire());
  }

  /** An answer to `entry` came. `attempt`: its echo, which says which sending it answers. */
  answered(entry: Entry, attempt: number | undefined): void {
    this.#triesLeft = this.#tries;
    if ((attempt ?? 1) !== entry.attempt) this.#rto.progress();
    else this.#rto.sample(this.#settings.clock.monotonic() - entry.sentMs);
  }

  /**
   * Set when something was sent, it fires when that may long be answered: then it only waits for
   * what is older now.
   */
  #fire(): void {
    const { clock, queue, ping, resend, giveUp } = this.#settings;
    this.#cancel = undefined;
    const oldest = queue.oldest();
    if (oldest === undefined) return;
    const nowMs = clock.monotonic();
    if (nowMs < oldest.sentMs + this.#rto.timeoutMs) {
      this.arm();
      return;
    }
    if (this.#triesLeft === 0) {
      giveUp();
      return;
    }
    this.#triesLeft -= 1;
    this.#rto.expired();
    ping();
    queue.again(oldest, nowMs);
    resend(oldest);
    this.arm();
  }
}
