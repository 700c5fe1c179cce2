/** Where clients are served: here, or at another node, which they are then told. */
import type { Moved } from '../wire/frames.ts';

/** How long after MOVED a client may come where nobody is known to serve yet, ms. */
const NOBODY_RETRY_MS = 500;
/** Over how long clients that are sent away are spread, for each that is here, ms. */
const SPREAD_PER_CLIENT_MS = 0.5;
const SPREAD_MAX_MS = 5_000;

interface Sending {
  readonly addresses: readonly string[];
  /** Somebody serves there. */
  readonly served: boolean;
  /** So many are sent at once. */
  readonly clients: number;
  readonly reason: string;
}

/** Without an address, a client asks its gateway or takes the next of its own list. */
export function moved({ addresses, served, clients, reason }: Sending): Moved {
  const crowdMs = Math.min(SPREAD_MAX_MS, Math.ceil(clients * SPREAD_PER_CLIENT_MS));
  const waitMs = served && addresses.length > 0 ? 0 : NOBODY_RETRY_MS;
  const address = addresses.length > 0 ? { address: addresses } : {};
  const spreadMs = Math.max(crowdMs, waitMs);
  return { type: 'moved', ...address, retryAfterMs: waitMs, spreadMs, reason };
}

export class Whereabouts {
  #here = false;
  #addresses: readonly string[] = [];
  #served = false;
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
    this.#pointTo(addresses, true);
  }

  /** Nobody serves, and these addresses will know who does: this node's own, as a rule. */
  isNowhere(ask: readonly string[]): void {
    this.#pointTo(ask, false);
  }

  /** What a client is told, of `clients` that are told so at once. */
  moved(reason: string, clients = 1): Moved {
    return moved({ addresses: this.#addresses, served: this.#served, clients, reason });
  }

  /** Why a client that comes is sent on. */
  get why(): string {
    return this.#served ? 'another node serves' : 'no node serves for now';
  }

  #pointTo(addresses: readonly string[], served: boolean): void {
    this.#here = false;
    this.#addresses = addresses;
    this.#served = served;
    this.#settle();
  }

  #settle(): void {
    this.#deciding?.resolve();
    this.#deciding = undefined;
  }
}
