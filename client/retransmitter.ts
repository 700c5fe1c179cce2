/**
 * The one retransmission timer of a connection: an answer is overdue, so ask whether anybody is
 * there, send the oldest again as far as the budget goes, and give up after so many tries.
 */
import type { Cancel, ClientClock, ClientRandom } from './clock.ts';
import type { Counts } from './counts.ts';
import type { ClientLimits } from './limits.ts';
import type { Entry, OutboxQueue } from './outbox-queue.ts';
import { RetryBudget, type RetryBudgetLimits } from './retry-budget.ts';
import { type RoundTrip, Rto } from './rto.ts';

export interface RetransmitterSettings {
  readonly clock: ClientClock;
  readonly random: ClientRandom;
  readonly limits: RetryBudgetLimits & Pick<ClientLimits, 'retransmitMaxMs' | 'silenceMs'>;
  readonly counts: Counts;
  readonly queue: OutboxQueue;
  readonly ping: () => void;
  /** Monotonic ms when anything came from the server last. */
  readonly heardMs: () => number;
  readonly resend: (entry: Entry) => void;
  /** As many tries as WELCOME allows brought no answer, or none brought any sign of life. */
  readonly giveUp: () => void;
}

/** How the retransmission timer stands. */
export interface Timing extends RoundTrip {
  /** Of the budget: below 1, nothing is sent again on this connection. */
  readonly retryTokens: number;
}

export class Retransmitter {
  readonly #settings: RetransmitterSettings;
  readonly #rto: Rto;
  readonly #budget: RetryBudget;
  #triesLeft = 0;
  #tries = 0;
  /** When the timer ran out last, or an answer ended that; monotonic ms. */
  #expiredMs = 0;
  #cancel: Cancel | undefined;
  #cancelSilence: Cancel | undefined;
  /** Connections left for their silence, since the last answer. */
  #silences = 0;

  constructor(settings: RetransmitterSettings) {
    this.#settings = settings;
    this.#rto = new Rto(settings.limits.retransmitMaxMs);
    this.#budget = new RetryBudget(settings.limits);
  }

  get timing(): Timing {
    return { ...this.#rto.roundTrip, retryTokens: this.#budget.tokens };
  }

  connected(retransmitMs: number, tries: number): void {
    this.#rto.reset(retransmitMs);
    this.#tries = this.#triesLeft = tries;
  }

  disconnected(): void {
    this.#disarm();
    this.#cancelSilence?.();
    this.#cancelSilence = undefined;
  }

  /** Something may be in flight: sees to it that the timer runs. */
  arm(): void {
    const { clock, random, queue } = this.#settings;
    const oldest = queue.oldest();
    if (oldest === undefined || this.#cancel !== undefined) return;
    const dueMs = this.#sinceMs(oldest) + this.#rto.waitMs(random);
    this.#cancel = clock.after(Math.max(1, dueMs - clock.monotonic()), () => this.#fire());
  }

  /** An answer to `entry` came. `attempt`: its echo, which says which sending it answers. */
  answered(entry: Entry, attempt: number | undefined): void {
    const nowMs = this.#settings.clock.monotonic();
    const fromEnd = entry.attempt - (attempt ?? 1);
    const sentMs = fromEnd < 0 ? undefined : entry.sentMs.at(-1 - fromEnd);
    if (sentMs !== undefined) this.#rto.sample(nowMs - sentMs);
    this.#silences = 0;
    if (this.#triesLeft === this.#tries) return;
    // The wait was doubled: from now on it is short again.
    this.#triesLeft = this.#tries;
    this.#expiredMs = nowMs;
    this.#disarm();
  }

  /** An answer was final. */
  settled(): void {
    this.#budget.answered();
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Whoever lives says something after a PING; who is hung, or cut off, does not. */
  #listen(sinceMs: number): void {
    const { clock, limits, counts, heardMs, giveUp } = this.#settings;
    this.#cancelSilence ??= clock.after(limits.silenceMs * 2 ** this.#silences, () => {
      this.#cancelSilence = undefined;
      if (heardMs() >= sinceMs) return;
      this.#silences += 1;
      counts.gaveUp += 1;
      giveUp();
    });
  }

  /** From when on an answer is awaited. */
  #sinceMs(oldest: Entry): number {
    return Math.max(this.#expiredMs, oldest.sentMs.at(-1) ?? 0);
  }

  /**
   * Set when something was sent, it fires when that may long be answered: then it only waits for
   * what is older now.
   */
  #fire(): void {
    const { clock, queue, counts, ping, resend, giveUp } = this.#settings;
    this.#cancel = undefined;
    const oldest = queue.oldest();
    if (oldest === undefined) return;
    const nowMs = clock.monotonic();
    if (nowMs < this.#sinceMs(oldest) + this.#rto.timeoutMs) {
      this.arm();
      return;
    }
    counts.timeouts += 1;
    if (this.#triesLeft === 0) {
      counts.gaveUp += 1;
      giveUp();
      return;
    }
    this.#triesLeft -= 1;
    this.#expiredMs = nowMs;
    this.#rto.expired();
    ping();
    this.#listen(nowMs);
    if (this.#budget.take()) {
      counts.retransmitted += 1;
      queue.again(oldest, nowMs);
      resend(oldest);
    } else counts.withheld += 1;
    this.arm();
  }
}
