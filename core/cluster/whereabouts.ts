/** Where clients are served: here, or at another node, which they are then told. */
import type { Moved } from '../wire/frames.ts';

/** How long after MOVED a client may come back where nobody is known to serve, ms. */
const NOBODY_RETRY_MS = 500;
/** Over how long clients that are sent away are spread, for each that is here, ms. */
const SPREAD_PER_CLIENT_MS = 0.5;
const SPREAD_MAX_MS = 5_000;

export class Whereabouts {
  #here = false;
  #addresses: readonly string[] = [];
  #deciding: PromiseWithResolvers<void> | undefined;
  /** Asked when somebody comes while another node serves; resolves when it was looked. */
  onKnock: () => Promise<void> = () => Promise.resolve();

  /** True while this node serves. */
  get here(): boolean {
    return this.#here;
  }

  /**
   * Resolves when it is clear: at once where this node serves, else once it was looked, and if it
   * is about to serve, once it does.
   */
  async settled(): Promise<void> {
    if (this.#here) return;
    if (!this.#deciding) await this.onKnock();
    await this.#deciding?.promise;
  }

  /** This node is about to serve: who comes now waits for it. */
  soonHere(): void {
    this.#deciding ??= Promise.withResolvers<void>();
  }

  isHere(): void {
    this.#here = true;
    this.#settle();
  }

  /** Another node serves, at these addresses; none: nobody is known to. */
  isElsewhere(addresses: readonly string[]): void {
    this.#here = false;
    this.#addresses = addresses;
    this.#settle();
  }

  /** What a client is told, of `clients` that are told so at once. */
  moved(reason: string, clients = 1): Moved {
    const spreadMs = Math.min(SPREAD_MAX_MS, Math.ceil(clients * SPREAD_PER_CLIENT_MS));
    if (this.#addresses.length > 0) {
      return { type: 'moved', address: this.#addresses, retryAfterMs: 0, spreadMs, reason };
    }
    return { type: 'moved', retryAfterMs: NOBODY_RETRY_MS, spreadMs: NOBODY_RETRY_MS, reason };
  }

  #settle(): void {
    this.#deciding?.resolve();
    this.#deciding = undefined;
  }
}
