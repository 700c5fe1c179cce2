/**
 * Where the next attempt goes: to where a server sent the client, else to where a gateway sends it,
 * else to the next address of its own list.
 */
import { choose, isSecure, schemeOf } from './addresses.ts';
import type { ClientRandom } from './clock.ts';
import type { Gateways } from './gateways.ts';
import type { ClientLimits } from './limits.ts';

export interface RouteSettings {
  readonly random: ClientRandom;
  readonly limits: Pick<ClientLimits, 'movedTries' | 'settledMs'>;
  /** The own list; may be empty if there are gateways. */
  readonly addresses: readonly string[];
  readonly schemes: readonly string[];
  readonly gateways: Gateways;
  /** The gateways were asked in vain. */
  readonly lost: (why: string) => void;
}

/** Where to, or how long to wait before asking again, and why. */
export type Leg =
  { readonly address: string } | { readonly retryAfterMs: number; readonly why: string };

export class Route {
  readonly #settings: RouteSettings;
  #at = 0;
  /** MOVEDs in a row. */
  #moves = 0;
  /** Of the address that was welcome last. */
  #scheme: string | undefined;

  constructor(settings: RouteSettings) {
    this.#settings = settings;
  }

  /** Asks the gateways, if there are any; begins a new row of MOVEDs. */
  async next(): Promise<Leg> {
    const { addresses, gateways, lost } = this.#settings;
    this.#moves = 0;
    const address = addresses[this.#at % addresses.length];
    if (!gateways.any) return { address: address ?? '' };
    const directions = await gateways.directions();
    if (directions.say === 'wait') {
      return { retryAfterMs: directions.retryAfterMs, why: 'the gateway says to wait' };
    }
    let why = 'no gateway has an answer';
    if (directions.say === 'none') lost(`${why}: ${directions.why}`);
    else {
      const target = this.#choose(directions.addresses, directions.gateway);
      if (target !== undefined) return { address: target };
      why = `${directions.gateway} names no address that can be used here`;
      gateways.turn();
      lost(why);
    }
    return address === undefined ? { retryAfterMs: 0, why } : { address };
  }

  /**
   * The server at `from` sends the client on, `onlineMs` after its WELCOME (undefined: none).
   * Undefined: nowhere that may be gone to, or too often in a row, so `next` is to be asked.
   */
  moved(
    offered: readonly string[],
    from: string,
    onlineMs: number | undefined,
  ): string | undefined {
    const { movedTries, settledMs } = this.#settings.limits;
    // A WELCOME alone ends no row: two servers may welcome everybody, and send them to each other.
    if (onlineMs !== undefined && onlineMs >= settledMs) this.#moves = 0;
    this.#moves += 1;
    return this.#moves < movedTries ? this.#choose(offered, from) : undefined;
  }

  welcome(address: string): void {
    this.#scheme = schemeOf(address);
  }

  /** Nothing is to be had at `address` any more, or for now. */
  ended(address: string, wasOnline: boolean): void {
    const { addresses, gateways } = this.#settings;
    const at = addresses.indexOf(address);
    this.#at = (at < 0 ? this.#at : at) + 1;
    if (!wasOnline) gateways.turn();
  }

  close(): void {
    this.#settings.gateways.close();
  }

  /** Nobody may send a client from TLS to plain, nor one whose own list is all TLS. */
  #choose(offered: readonly string[], from: string): string | undefined {
    const { addresses, schemes, random } = this.#settings;
    const secureList = addresses.length > 0 && addresses.every(isSecure);
    const secureOnly = isSecure(from) || secureList;
    return choose(offered, { schemes, secureOnly, preferred: this.#scheme }, random);
  }
}
