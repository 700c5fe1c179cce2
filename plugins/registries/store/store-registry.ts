/**
 * Role `registry` over the store's register: a key for each node. Nobody's wall clock counts: each
 * reader measures, on its own monotonic clock, for how long a telling has stood there unchanged.
 */
import { ImError, type Announced, type Registry, type RegistryHost } from 'im-kernel/contract';
import { parseTelling, printTelling, WITHDRAWN } from './telling.ts';

const PREFIX = 'registry/';
const LISTED_MAX = 1_000;
const PAGE = 1_000;
/** Withdrawn names keep their keys: so many pages of them and the others are read. */
const PAGES_MAX = 10;
/** Only another node of the same name gets in between. */
const TRIES_MAX = 5;

interface Seen {
  readonly value: string;
  readonly sinceMs: number;
}

export class StoreRegistry implements Registry {
  readonly #host: RegistryHost;
  /** What this one wrote last, by node. */
  readonly #written = new Map<string, string>();
  /** What the last listing found, by key. */
  #seen: ReadonlyMap<string, Seen> = new Map();
  #life = '';
  #tellings = 0;

  constructor(host: RegistryHost) {
    this.#host = host;
  }

  async start(): Promise<void> {
    this.#life = Buffer.from(this.#host.random.bytes(8)).toString('hex');
  }

  async stop(): Promise<void> {}

  async announce(node: string, card: string, ttlMs: number): Promise<void> {
    this.#tellings += 1;
    const mark = `${this.#life}.${this.#tellings}`;
    await this.#write(node, printTelling({ ttlMs: Math.ceil(ttlMs), card }, mark));
  }

  async withdraw(node: string): Promise<void> {
    const value = await this.#host.register.read(PREFIX + node);
    if (value === undefined || value === WITHDRAWN) return;
    this.#written.set(node, value);
    await this.#write(node, WITHDRAWN);
  }

  async list(): Promise<readonly Announced[]> {
    const nowMs = this.#host.clock.monotonic();
    const seen = new Map<string, Seen>();
    const listed: Announced[] = [];
    let after = '';
    for (let page = 0; page < PAGES_MAX && listed.length < LISTED_MAX; page += 1) {
      const found = await this.#host.register.list(PREFIX, after, PAGE);
      for (const { key, value } of found) {
        const before = this.#seen.get(key);
        const sinceMs = before?.value === value ? before.sinceMs : nowMs;
        seen.set(key, { value, sinceMs });
        const telling = parseTelling(value);
        if (!telling || nowMs - sinceMs > telling.ttlMs) continue;
        listed.push({ node: key.slice(PREFIX.length), card: telling.card });
      }
      if (found.length < PAGE) break;
      after = found.at(-1)?.key ?? after;
    }
    this.#seen = seen;
    return listed.slice(0, LISTED_MAX);
  }

  /** Over whatever stands there: the newest telling counts. */
  async #write(node: string, value: string): Promise<void> {
    const { register } = this.#host;
    const key = PREFIX + node;
    let expected = this.#written.get(node);
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      if (await register.compareAndSet(key, expected, value)) {
        this.#written.set(node, value);
        return;
      }
      expected = await register.read(key);
    }
    const why = `another node that calls itself ${node} writes there, too`;
    throw new ImError('IM_REGISTRY_AWAY', { place: key, why });
  }
}
