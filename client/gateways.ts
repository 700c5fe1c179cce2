/**
 * The gateways of a client: asked in turn where the server is. What one says holds for one attempt,
 * for it may be wrong a moment later.
 */
import type { AskGateway, GatewayReply } from './ask-gateway.ts';
import type { ClientClock } from './clock.ts';
import type { Counts } from './counts.ts';
import { reasonOf } from './errors.ts';
import type { ClientLimits } from './limits.ts';

export interface GatewaysSettings {
  readonly clock: ClientClock;
  readonly limits: ClientLimits;
  readonly counts: Pick<Counts, 'gatewaysAsked' | 'gatewayFailures'>;
  /** `http://host:port` or `https://`, with or without a path before `v1`. */
  readonly gateways: readonly string[];
  readonly ask: AskGateway;
  /** The own user name; undefined before it is known. */
  readonly user: () => string | undefined;
}

/**
 * here: one of these, as `gateway` says. wait: there is no server now, or too many ask. none: no
 * gateway had an answer.
 */
export type Directions =
  | { readonly say: 'here'; readonly gateway: string; readonly addresses: readonly string[] }
  | { readonly say: 'wait'; readonly retryAfterMs: number }
  | { readonly say: 'none'; readonly why: string };

class Late extends Error {}

const OK = 200;
const UNAVAILABLE = 503;
const MS_PER_S = 1_000;

/** Undefined: it has no such field. Throws if it is not JSON. */
function fieldOf(body: string, name: string): unknown {
  const answer: unknown = JSON.parse(body);
  return typeof answer === 'object' && answer !== null
    ? (answer as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function addressesIn(body: string): readonly string[] {
  let addresses: unknown;
  try {
    addresses = fieldOf(body, 'addresses');
  } catch {
    throw new Error('its answer is not JSON');
  }
  if (!Array.isArray(addresses) || !addresses.every((one) => typeof one === 'string')) {
    throw new Error('its answer has no list of addresses');
  }
  return addresses;
}

/** As its body says, else in the whole seconds of its header; undefined: it says no time. */
function waitMsIn({ retryAfter = '', body }: GatewayReply): number | undefined {
  try {
    const told = fieldOf(body, 'retryAfterMs');
    if (Number.isFinite(told) && Number(told) >= 0) return Number(told);
  } catch {
    // Somebody in between wrote it, for people.
  }
  return /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * MS_PER_S : undefined;
}

export class Gateways {
  readonly #settings: GatewaysSettings;
  /** The one to ask first: that which helped last. */
  #first = 0;
  #asking: AbortController | undefined;
  #closed = false;

  constructor(settings: GatewaysSettings) {
    this.#settings = settings;
  }

  get any(): boolean {
    return this.#settings.gateways.length > 0;
  }

  /** What the last one said was of no use: another one is asked first from now on. */
  turn(): void {
    this.#first += 1;
  }

  /**
   * Asks one after the other. One that hangs must not keep the client from those who know, so each
   * gets only a moment at first, and those that were late their whole time. Never rejects.
   */
  async directions(): Promise<Directions> {
    const { gateways, limits, counts } = this.#settings;
    const whys: string[] = [];
    const failed = new Set<string>();
    const waits = [limits.silentTimeoutMs, limits.gatewayTimeoutMs];
    for (const waitMs of gateways.length > 1 ? waits : waits.slice(1)) {
      for (let tries = 0; tries < gateways.length && !this.#closed; tries += 1) {
        const gateway = gateways[this.#first % gateways.length] ?? '';
        try {
          const directions = failed.has(gateway) ? undefined : await this.#ask(gateway, waitMs);
          if (directions?.say === 'wait') this.turn();
          if (directions !== undefined) return directions;
        } catch (error) {
          counts.gatewayFailures += 1;
          whys.push(`${gateway}: ${reasonOf(error)}`);
          if (!(error instanceof Late)) failed.add(gateway);
        }
        this.turn();
      }
    }
    return { say: 'none', why: whys.join('; ') };
  }

  /** Nobody waits for an answer any more. */
  close(): void {
    this.#closed = true;
    this.#asking?.abort(new Error('the client is closed'));
  }

  async #ask(gateway: string, waitMs: number): Promise<Directions> {
    const { counts, user } = this.#settings;
    counts.gatewaysAsked += 1;
    const url = new URL('v1/server', gateway.endsWith('/') ? gateway : `${gateway}/`);
    const name = user();
    if (name !== undefined) url.searchParams.set('user', name);
    const reply = await this.#reply(url.href, waitMs);
    const { status, body } = reply;
    if (status === OK) return { say: 'here', gateway, addresses: addressesIn(body) };
    // Only with a time: else it may be anything in between that says so.
    const retryAfterMs = status === UNAVAILABLE ? waitMsIn(reply) : undefined;
    if (retryAfterMs !== undefined) return { say: 'wait', retryAfterMs };
    throw new Error(`it answers with ${status}`);
  }

  /** Whatever the asking does with the signal, this ends. */
  async #reply(url: string, waitMs: number): Promise<GatewayReply> {
    const { clock, limits, ask } = this.#settings;
    const asking = (this.#asking = new AbortController());
    const cancel = clock.after(waitMs, () => {
      asking.abort(new Late(`no answer within ${waitMs} ms`));
    });
    const ended = new Promise<never>((_, reject) => {
      asking.signal.addEventListener('abort', () => reject(asking.signal.reason as Error));
    });
    try {
      return await Promise.race([ask(url, limits.gatewayMaxBytes, asking.signal), ended]);
    } finally {
      cancel();
    }
  }
}
