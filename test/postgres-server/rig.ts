/** Stores over one database, for the tests of one file. */
import { Bench } from '../kit/persistence-bench.ts';
import { never, quietHost, seededRandom, type QuietHost } from '../kit/quiet-host.ts';
import type { Persistence } from 'im-kernel/contract';
import { PostgresStore } from '../../plugins/persistence/postgres/postgres-store.ts';
import type { Settings } from '../../plugins/persistence/postgres/settings.ts';
import { makeDatabase, type Database } from './databases.ts';
import { queryAt } from './server.ts';
import { dropSchema, nextSchema, settings } from './settings.ts';

export interface Opened {
  readonly bench: Bench;
  readonly host: QuietHost;
}

let seeds = 0;

export class Rig {
  #database: Database | undefined;
  #schema = '';
  readonly #benches: Bench[] = [];
  readonly #stores: Persistence[] = [];

  /** Before a test. */
  async begin(): Promise<void> {
    this.#database ??= await makeDatabase();
    this.#schema = nextSchema();
  }

  /** After a test. */
  async end(): Promise<void> {
    for (const bench of this.#benches.splice(0)) await bench.close();
    for (const store of this.#stores.splice(0)) await store.stop(never());
    if (this.#database) await dropSchema(this.settings());
  }

  get url(): string {
    return this.#database!.url;
  }
  get schema(): string {
    return this.#schema;
  }

  settings(chosen: Partial<Settings> = {}): Settings {
    return settings({ url: this.url, schema: this.#schema, shards: 8, ...chosen });
  }

  /** A store that was not started; stopped at the end. */
  make(chosen: Partial<Settings> = {}): { store: PostgresStore; host: QuietHost } {
    seeds += 1;
    const host = quietHost({ random: seededRandom(seeds) });
    const store = new PostgresStore(this.settings(chosen), host);
    this.#stores.push(store);
    return { store, host };
  }

  /** A started store that has taken all its shards; closed at the end. */
  async open(chosen: Partial<Settings> = {}): Promise<Opened> {
    const { store, host } = this.make(chosen);
    const bench = new Bench({ open: () => store, destroy: () => Promise.resolve() });
    this.#benches.push(bench);
    await bench.open();
    return { bench, host };
  }

  /** In the schema of this test, past the store. */
  query<R = Record<string, unknown>>(...texts: readonly string[]): Promise<R[]> {
    return queryAt(this.url, `SET search_path = "${this.#schema}"`, ...texts) as Promise<R[]>;
  }
}
