/**
 * How much may be sent again on a connection that lives: each sending takes a token, each command
 * that is answered for good gives a part of one back. So a server that is slow rather than lost
 * hears of its clients' commands little more than once. After the retry throttling of gRPC
 * (proposal A6) and the RetryBudget of Finagle. It never decides whether, only when: without a
 * token the timer asks by PING, and what is unanswered goes with the next connection.
 */
export interface RetryBudgetLimits {
  /** Tokens at first, and at most. */
  readonly retryTokens: number;
  /** What an answer gives back: the part of the traffic that may be repeated in the long run. */
  readonly retryRatio: number;
}

export class RetryBudget {
  readonly #limits: RetryBudgetLimits;
  #tokens: number;

  constructor(limits: RetryBudgetLimits) {
    this.#limits = limits;
    this.#tokens = limits.retryTokens;
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** Takes a token; false: there is none. */
  take(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** A command was accepted, or refused for good. */
  answered(): void {
    const { retryTokens, retryRatio } = this.#limits;
    this.#tokens = Math.min(retryTokens, this.#tokens + retryRatio);
  }
}
