import assert from 'node:assert/strict';
import { ImError, type AppendOutcome, type Entry } from 'im-kernel/contract';
import { PostgresStore } from '../../../plugins/persistence/postgres/postgres-store.ts';
import type { Settings } from '../../../plugins/persistence/postgres/settings.ts';
import { never, quietHost, until } from '../../kit/quiet-host.ts';
import { postgres } from '../../postgres-server/databases.ts';
import { PostgresServer, type Ending } from '../../postgres-server/server.ts';
import { settings } from '../../postgres-server/settings.ts';
import { takeShards } from '../../kit/take-shards.ts';

const WRITERS = 4;
const BATCH = 20;
/** Acknowledged batches of all writers, before each blow and after it. */
const BATCHES_BETWEEN = 60;

interface Tally {
  /** Acknowledged entries by conversation: the id at each position, from 1 on. */
  readonly kept: Map<string, string[]>;
  readonly unknown: { kept: number; lost: number };
  batches: number;
  /** Nothing new is begun. */
  stopped: boolean;
  /** What was begun is not asked after any more. */
  abandoned: boolean;
}

interface Load {
  readonly store: PostgresStore;
  readonly tally: Tally;
  /** Resolves when all have stopped. */
  readonly writers: Promise<unknown>;
  /** Stops both, whatever they do. */
  stop(): Promise<void>;
}

/** Writes as the kernel does: nothing is acknowledged before it is known to be kept. */
class Writer {
  readonly #store: PostgresStore;
  readonly #shard: number;
  readonly #tally: Tally;
  readonly #conversation: string;
  #epoch = 0;
  #made = 0;

  constructor(store: PostgresStore, shard: number, tally: Tally) {
    this.#store = store;
    this.#shard = shard;
    this.#tally = tally;
    this.#conversation = `g/writer-${shard}`;
  }

  async run(): Promise<void> {
    const kept: string[] = [];
    this.#tally.kept.set(this.#conversation, kept);
    await this.#take();
    while (!this.#tally.stopped) {
      const entries = this.#plan(kept.length);
      if ((await this.#fate(entries)) !== 'kept') continue;
      kept.push(...entries.map(({ id }) => id));
      this.#tally.batches += 1;
    }
  }

  #plan(last: number): Entry[] {
    return Array.from({ length: BATCH }, (_, at) => {
      this.#made += 1;
      const tail = (this.#shard * 1e9 + this.#made).toString(16).padStart(12, '0');
      return {
        conversation: this.#conversation,
        position: last + 1 + at,
        order: last + 1 + at,
        id: `0199a0b1-c2d3-7e4f-8a9b-${tail}`,
        user: 'ann',
        device: 'phone',
        number: this.#made,
        sentAt: 1,
        acceptedAt: 1,
        kind: 'message',
        body: new Uint8Array(100),
      };
    });
  }

  async #fate(entries: readonly Entry[]): Promise<AppendOutcome | 'refused'> {
    const part = { shard: this.#shard, epoch: this.#epoch, entries, changes: [] };
    const outcome = await passing(this.#store.append([part]));
    if (outcome === undefined) return 'refused';
    if (outcome[0] !== 'unknown') return outcome[0]!;
    await this.#take();
    const found = await persist(this.#tally, () =>
      this.#store.findEntry(entries[0]!, entries[0]!.number),
    );
    const isKept = found?.id === entries[0]!.id;
    this.#tally.unknown[isKept ? 'kept' : 'lost'] += 1;
    return isKept ? 'kept' : 'stale';
  }

  async #take(): Promise<void> {
    const epochs = await persist(this.#tally, () => takeShards(this.#store, 'node', [this.#shard]));
    this.#epoch = epochs[0]!;
  }
}

/** Undefined: it was refused for now. */
async function passing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ImError && error.kind === 'passing') return undefined;
    throw error;
  }
}

function readAll(store: PostgresStore, conversation: string): Promise<readonly Entry[]> {
  return store.readConversation(conversation, { after: 0, limit: 1_000_000, take: 'first' });
}

/** Again and again until it is done, or abandoned. */
async function persist<T>(tally: Tally, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await passing(work().then((value) => ({ value })));
    if (answer) return answer.value;
    if (tally.abandoned) throw new Error('the writer was abandoned');
  }
}

postgres.describe('a crash under postgres', () => {
  let server: PostgresServer;
  before(async () => {
    server = await PostgresServer.make();
  });
  after(() => server.remove());
  const loads: Load[] = [];
  afterEach(async () => {
    for (const load of loads.splice(0)) await load.stop();
  });

  /** A store of its own schema, under the load of some writers. */
  async function begin(schema: string, more: Partial<Settings> = {}): Promise<Load> {
    const url = server.url('postgres');
    const store = new PostgresStore(settings({ url, schema, wait: 200, ...more }), quietHost());
    await store.start(never());
    const unknown = { kept: 0, lost: 0 };
    const tally: Tally = {
      kept: new Map(),
      unknown,
      batches: 0,
      stopped: false,
      abandoned: false,
    };
    const shards = Array.from({ length: WRITERS }, (_, shard) => shard);
    const writers = Promise.all(shards.map((shard) => new Writer(store, shard, tally).run()));
    const stop = async (): Promise<void> => {
      tally.stopped = true;
      tally.abandoned = true;
      await store.stop(never());
      await writers.catch(() => undefined);
    };
    const made = { store, tally, writers, stop };
    loads.push(made);
    return made;
  }

  async function moreOf({ tally }: Load): Promise<void> {
    const goal = tally.batches + BATCHES_BETWEEN;
    await until(() => tally.batches >= goal, 'more is acknowledged', 15_000);
  }

  async function strike(ending: Ending): Promise<void> {
    const under = await begin(`im_${ending}`);
    const { store, tally } = under;
    for (let blow = 0; blow < 2; blow += 1) {
      await moreOf(under);
      await server.stop(ending);
      await server.start();
    }
    await moreOf(under);
    tally.stopped = true;
    await under.writers;
    assert.ok(tally.unknown.kept + tally.unknown.lost > 0, 'no append was under way at a blow');
    for (const [conversation, acknowledged] of tally.kept) {
      const entries = await readAll(store, conversation);
      const ids = entries.map(({ id }) => id);
      assert.deepEqual(ids, acknowledged, `${conversation}: what was acknowledged, once, in order`);
      assert.ok(entries.every(({ position }, at) => position === at + 1));
    }
  }

  it('loses nothing acknowledged when the server is stopped at once under load', () =>
    strike('immediate'));
  it('loses nothing acknowledged when the server is killed under load', () => strike('kill'));

  it('would be seen to lose what was acknowledged if commits were not synced', async () => {
    // The tables must outlive it all the same.
    await (await begin('im_unsafe')).stop();
    await server.set('synchronous_commit', 'off');
    const under = await begin('im_unsafe', { unsafe: 'process' });
    assert.equal(under.store.guarantees.durability, 'process');
    await moreOf(under);
    await server.stop('immediate');
    await server.start();
    under.tally.stopped = true;
    await under.writers;
    let lost = 0;
    for (const [conversation, acknowledged] of under.tally.kept) {
      const found = new Set((await readAll(under.store, conversation)).map(({ id }) => id));
      lost += acknowledged.filter((id) => !found.has(id)).length;
    }
    assert.ok(lost > 0, 'the machine that is to find losses finds none');
  });
});
