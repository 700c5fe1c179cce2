/**
 * Role `registry` over Redis: a string with an expiry for each node's card, and a set of the names,
 * so that a listing looks at no other keys of the database.
 */
import { reasonOf, type Announced, type Host, type Registry } from 'im-kernel/contract';
import { Link, type Client } from './link.ts';
import type { Settings } from './settings.ts';

const LISTED_MAX = 1_000;
/** Of a card; what is longer is none of ours. */
const CARD_MAX_BYTES = 16_384;

export class RedisRegistry implements Registry {
  readonly #link: Link;
  readonly #prefix: string;

  constructor(settings: Settings, host: Host) {
    this.#link = new Link(settings, host);
    this.#prefix = settings.prefix;
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#link.start(signal);
  }

  stop(): Promise<void> {
    return this.#link.stop();
  }

  async announce(node: string, card: string, ttlMs: number): Promise<void> {
    const expiryMs = String(Math.max(1, Math.ceil(ttlMs)));
    await this.#link.call((client) =>
      Promise.all([
        client.sendCommand(['SET', this.#cardOf(node), card, 'PX', expiryMs]),
        client.sendCommand(['SADD', this.#names, node]),
      ]),
    );
  }

  async withdraw(node: string): Promise<void> {
    await this.#link.call((client) =>
      Promise.all([
        client.sendCommand(['DEL', this.#cardOf(node)]),
        client.sendCommand(['SREM', this.#names, node]),
      ]),
    );
  }

  list(): Promise<readonly Announced[]> {
    return this.#link.call(async (client) => {
      const names = await client.sendCommand(['SRANDMEMBER', this.#names, String(LISTED_MAX)]);
      const nodes = (names as unknown as readonly string[]).toSorted(inBytes);
      const cards = await Promise.all(nodes.map((node) => this.#read(client, node)));
      const listed = nodes.map((node, at) => ({ node, card: cards[at] ?? '' }));
      const gone = listed.filter(({ card }) => card === '').map(({ node }) => node);
      if (gone.length > 0) await this.#forget(client, gone);
      return listed.filter(({ card }) => card !== '' && Buffer.byteLength(card) <= CARD_MAX_BYTES);
    });
  }

  get #names(): string {
    return `${this.#prefix}nodes`;
  }

  #cardOf(node: string): string {
    return `${this.#prefix}card:${node}`;
  }

  /** Empty: there is none. No more is read of what somebody else put there. */
  async #read(client: Client, node: string): Promise<string> {
    const range = ['GETRANGE', this.#cardOf(node), '0', String(CARD_MAX_BYTES)];
    try {
      const card = await client.sendCommand(range);
      return typeof card === 'string' ? card : '';
    } catch (error) {
      // Of another type: none of ours, and written over when its node tells again.
      if (reasonOf(error).startsWith('WRONGTYPE')) return '';
      throw error;
    }
  }

  /** Who announced itself meanwhile is named again. */
  async #forget(client: Client, nodes: readonly string[]): Promise<void> {
    const [, ...exist] = await Promise.all([
      client.sendCommand(['SREM', this.#names, ...nodes]),
      ...nodes.map((node) => client.sendCommand(['EXISTS', this.#cardOf(node)])),
    ]);
    const back = nodes.filter((_, at) => Number(exist[at]) === 1);
    if (back.length > 0) await client.sendCommand(['SADD', this.#names, ...back]);
  }
}

function inBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
