/** Which of the addresses that others name may be gone to. Nothing here trusts who named them. */
import type { ClientRandom } from './clock.ts';

/** What the protocol knows; a connector may know fewer (a browser has no sockets). */
export const SCHEMES: readonly string[] = ['tcp:', 'tls:', 'ws:', 'wss:'];

/** Printable ASCII only, since it may be shown; no address that works is longer. */
const ADDRESS = /^[!-~]{1,1024}$/;

/** TLS: of a server's address as of a gateway's. */
export function isSecure(address: string): boolean {
  return /^(tls|wss|https):/i.test(address);
}

export function schemeOf(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : '';
}

export interface Choice {
  /** Those that the connector knows. */
  readonly schemes: readonly string[];
  /** Nothing without TLS. */
  readonly secureOnly: boolean;
  /** The scheme that has worked, if any has: it is kept where it is offered. */
  readonly preferred: string | undefined;
}

/**
 * One of `offered`, at random, so that many clients do not all take the first; undefined if none
 * may be used.
 */
export function choose(
  offered: readonly string[],
  { schemes, secureOnly, preferred }: Choice,
  random: ClientRandom,
): string | undefined {
  const usable = offered.filter(
    (address) =>
      ADDRESS.test(address) &&
      schemes.includes(schemeOf(address)) &&
      (!secureOnly || isSecure(address)),
  );
  const same = usable.filter((address) => schemeOf(address) === preferred);
  const among = same.length > 0 ? same : usable;
  return among[Math.floor(random.next() * among.length)];
}
