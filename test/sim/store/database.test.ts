import assert from 'node:assert/strict';
import { ImError, type AppendOutcome, type Entry, type Persistence } from 'im-kernel/contract';
import { quietHost } from '../../kit/quiet-host.ts';
import { Life } from '../life.ts';
import { Prng } from '../prng.ts';
import { Situations } from '../situations.ts';
import { Trace } from '../trace.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { databaseStore } from './database-store.ts';
import { reference } from './reference.ts';
import { StoreClock } from './store-clock.ts';
import { StorePath } from './store-path.ts';
import { SimDatabase } from './sim-database.ts';
import { noTrouble } from './trouble.ts';
import { takeShards } from '../../kit/take-shards.ts';

const NEVER = new AbortController().signal;
const TALK = 'g/tea';
/** Long enough for everything that is under way. */
const REST_MS = 20_000;

function entry(position: number): Entry {
  const id = `0199a0b1-c2d3-7e4f-8a9b-00000000000${position}`;
  const whose = { conversation: TALK, user: 'ann', device: 'a1', number: position };
  return { ...whose, id, position, order: position, sentAt: 1, acceptedAt: 1, kind: 'message' };
}

const A = { node: 'a', life: 'a-1' };
const B = { node: 'b', life: 'b-1' };

/** A node's life with a store that has taken shard 0. */
class Stage {
  readonly world = new VirtualClock(new Trace());
  readonly trouble = noTrouble();
  readonly database: SimDatabase;
  readonly life = new Life('node', this.world);
  readonly store: Persistence;
  readonly #prng: Prng;
  failures = 0;

  constructor(seed: number, writers = 1) {
    this.#prng = new Prng(seed);
    const content = reference(4, this.#prng, new StoreClock(this.world));
    this.database = new SimDatabase(content, this.trouble);
    this.store = this.#storeOf(this.life, writers);
  }

  static async open(seed: number, writers?: number): Promise<Stage> {
    const stage = new Stage(seed, writers);
    await stage.done(stage.store.start(NEVER));
    await stage.done(takeShards(stage.store, 'im-1', [0]));
    return stage;
  }

  /** Another node's store over the same database. */
  async beside(): Promise<Persistence> {
    const store = this.#storeOf(new Life('other', this.world), 1);
    await this.done(store.start(NEVER));
    return store;
  }

  #storeOf(life: Life, writers: number): Persistence {
    const dialing = {
      world: this.world,
      life,
      prng: this.#prng,
      situations: new Situations(),
      database: this.database,
      storeMs: 10,
      endSeenMs: 100,
      path: new StorePath(),
      failed: () => void (this.failures += 1),
    };
    const host = quietHost({ clock: life.clock, random: this.#prng });
    return databaseStore({ writers, readers: 1, together: true }, dialing, host);
  }

  /** Whether a node is called gone. */
  async gone(store: Persistence, name: string): Promise<boolean | undefined> {
    const { nodes } = await this.done(store.ownership.look());
    return nodes.find(({ node }) => node === name)?.gone;
  }

  append(position: number): Promise<readonly AppendOutcome[]> {
    return this.store.append([{ shard: 0, epoch: 1, entries: [entry(position)], changes: [] }]);
  }

  /** Plays until this is settled. */
  async done<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const end = (): void => void (settled = true);
    work.then(end, end);
    assert.ok(await this.world.run(() => settled, this.world.nowMs + REST_MS), 'it settles');
    return work;
  }

  async pass(forMs: number): Promise<void> {
    await this.world.run(() => false, this.world.nowMs + forMs);
  }

  /** How many entries the database holds. */
  async length(): Promise<number> {
    return this.database.content.shardEnd(0);
  }
}

/** Over many seeds, what `play` answers and how often. */
async function tally(
  play: (seed: number) => Promise<string>,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 60; seed += 1) {
    const what = await play(seed);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return counts;
}

describe('the simulated database', () => {
  it('keeps in sequence what is appended at once, over all its connections', async () => {
    const stage = await Stage.open(1, 4);
    const appends = [1, 2, 3, 4, 5].map((position) => stage.append(position));
    const outcomes = await stage.done(Promise.all(appends));
    assert.deepEqual(outcomes.flat(), ['kept', 'kept', 'kept', 'kept', 'kept']);
    assert.equal(await stage.length(), 5);
  });

  it('loses answers: what was asked was done, was not, or is done later', async () => {
    const fates = await tally(async (seed) => {
      const stage = await Stage.open(seed);
      stage.trouble.unknown = 1;
      assert.deepEqual(await stage.done(stage.append(1)), ['unknown']);
      const atOnce = await stage.length();
      await stage.pass(REST_MS);
      return `${atOnce} then ${await stage.length()}`;
    });
    assert.deepEqual([...fates.keys()].sort(), ['0 then 0', '0 then 1', '1 then 1']);
  });

  it('fences what comes late once the shard is taken anew', async () => {
    const kept = await tally(async (seed) => {
      const stage = await Stage.open(seed);
      stage.trouble.unknown = 1;
      await stage.done(stage.append(1));
      stage.trouble.unknown = 0;
      await stage.done(takeShards(stage.store, 'im-1', [0]));
      const atTaking = await stage.length();
      await stage.pass(REST_MS);
      assert.equal(await stage.length(), atTaking);
      return String(atTaking);
    });
    assert.equal(kept.size, 2);
  });

  it('crashes: what was under way is unknown, what was answered stays, and it comes back', async () => {
    const fates = await tally(async (seed) => {
      const stage = await Stage.open(seed);
      assert.deepEqual(await stage.done(stage.append(1)), ['kept']);
      const under = stage.append(2);
      await stage.pass(seed % 12);
      stage.database.crash();
      const [fate] = await stage.done(under);
      const refused = await stage.done(stage.append(3).catch((error: unknown) => error));
      assert.ok(refused instanceof ImError && refused.code === 'IM_STORE_AWAY', String(refused));
      stage.database.restart();
      await stage.pass(REST_MS);
      const after = await stage.length();
      assert.ok(after >= (fate === 'kept' ? 2 : 1));
      assert.deepEqual(await stage.done(stage.append(after + 1)), ['kept']);
      return `${fate} ${after}`;
    });
    for (const fate of ['kept 2', 'unknown 1', 'unknown 2']) assert.ok(fates.has(fate), fate);
  });

  it('refuses what it has no room for, and has not done it', async () => {
    const stage = await Stage.open(1);
    stage.trouble.refuse = 'IM_STORE_FULL';
    const refused = await stage.done(stage.append(1).catch((error: unknown) => error));
    assert.ok(refused instanceof ImError && refused.code === 'IM_STORE_FULL', String(refused));
    stage.trouble.refuse = undefined;
    assert.deepEqual(await stage.done(stage.append(1)), ['kept']);
    assert.equal(stage.failures, 1);
  });

  it('answers nobody whose process is dead, and may have done what that one asked', async () => {
    const left = await tally(async (seed) => {
      const stage = await Stage.open(seed);
      let answered = false;
      const under = stage.append(1);
      const note = (): void => void (answered = true);
      under.then(note, note);
      await stage.pass(1);
      if (answered) return 'answered';
      stage.life.end();
      await stage.pass(REST_MS);
      assert.equal(answered, false);
      return String(await stage.length());
    });
    for (const length of ['0', '1']) assert.ok(left.has(length), length);
  });

  it('cannot be reached while it is away, and a start waits for it, but not for ever', async () => {
    const stage = new Stage(1);
    stage.trouble.refuse = 'IM_STORE_AWAY';
    const started = stage.store.start(NEVER);
    await stage.pass(500);
    stage.trouble.refuse = undefined;
    await stage.done(started);
    const other = new Stage(2);
    other.trouble.refuse = 'IM_STORE_AWAY';
    const refused = await other.done(other.store.start(NEVER).catch((error: unknown) => error));
    assert.ok(refused instanceof ImError && refused.code === 'IM_STORE_REACH', String(refused));
  });

  it('takes nothing back when what a dead process asked comes in late', async () => {
    const fates = await tally(async (seed) => {
      const stage = await Stage.open(seed);
      const other = await stage.beside();
      void stage.store.ownership.take(A, [{ shard: 1, epoch: 0 }], true);
      await stage.pass(1);
      stage.life.end();
      const { shards } = await stage.done(other.ownership.look());
      const takes = [{ shard: 1, epoch: shards[1]!.epoch }];
      const [taken] = await stage.done(other.ownership.take(B, takes, true));
      await stage.pass(REST_MS);
      const after = (await stage.done(other.ownership.look())).shards[1]!;
      if (taken!.owner?.life === 'b-1') assert.deepEqual(after, taken);
      return `${shards[1]!.epoch} ${taken!.owner?.life} ${after.epoch} ${after.owner?.life}`;
    });
    for (const fate of ['0 b-1 1 b-1', '1 b-1 2 b-1', '0 a-1 1 a-1'])
      assert.ok(fates.has(fate), `${fate} of ${[...fates.keys()].join()}`);
    assert.equal(fates.size, 3);
  });

  it('calls a life gone once its process has ended, and frees what it held', async () => {
    const stage = await Stage.open(1);
    const other = await stage.beside();
    await stage.done(stage.store.ownership.beat(A, 60_000));
    await stage.done(stage.store.ownership.take(A, [{ shard: 1, epoch: 0 }], false));
    const takes = [{ shard: 1, epoch: 1 }];
    const [refused] = await stage.done(other.ownership.take(B, takes, false));
    assert.deepEqual([await stage.gone(other, 'a'), refused?.owner], [false, A]);
    stage.life.end();
    await stage.pass(1_000);
    const [taken] = await stage.done(other.ownership.take(B, takes, false));
    assert.deepEqual([await stage.gone(other, 'a'), taken?.owner], [true, B]);
  });

  it('calls nobody gone whose lifeline came back, or of whom a crash knows nothing', async () => {
    const stage = await Stage.open(1);
    const other = await stage.beside();
    await stage.done(stage.store.ownership.beat(A, 60_000));
    stage.database.breakAll('on purpose');
    await stage.pass(2_000);
    assert.equal(await stage.gone(other, 'a'), false);
    stage.life.end();
    await stage.pass(50);
    stage.database.crash();
    stage.database.restart();
    await stage.pass(2_000);
    assert.equal(await stage.gone(other, 'a'), false);
  });
});
