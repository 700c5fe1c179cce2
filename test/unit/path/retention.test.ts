import assert from 'node:assert/strict';
import { fakeClock, memoryRegister, quietHost, type QuietHost } from 'im-kernel/kit';
import { ImError, type Entry, type Retired, type Retirement } from 'im-kernel/contract';
import { RetentionCursors } from '../../../core/path/retention-cursors.ts';
import { Retention } from '../../../core/path/retention.ts';
import { limitsWith } from './limits-with.ts';

type Surroundings = ConstructorParameters<typeof Retention>[0];

const SHARDS = 4;
const KEPT_MS = 100_000;
const LIMITS = limitsWith({ retireEntries: 2, retirePause: 20, retireEvery: 1_000 });
const HOUR_MS = 3_600_000;

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

/** A log of times of acceptance by shard, and everything around that retention needs. */
class World {
  readonly clock = fakeClock();
  readonly host: QuietHost = quietHost();
  readonly register = memoryRegister();
  readonly log: number[][] = Array.from({ length: SHARDS }, () => []);
  readonly calls: Retirement[] = [];
  readonly forgotten: number[] = [];
  readonly owned = new Set([0, 1]);
  /** What every consumer has passed; undefined: there is none. */
  passed: number | undefined;
  away = false;
  retention = new Retention(this.around);

  /** Entries that are due already. */
  fill(shard: number, count: number): void {
    for (let at = 0; at < count; at += 1) this.log[shard]!.push(0);
  }

  get around(): Surroundings {
    const { clock, host, owned } = this;
    const store = {
      shards: SHARDS,
      retire: (wanted: Retirement) => this.#retire(wanted),
      readShard: (shard: number, after: number, limit: number) => this.#read(shard, after, limit),
    };
    return {
      keepMs: KEPT_MS,
      limits: LIMITS,
      persistence: store as unknown as Surroundings['persistence'],
      shards: {
        epoch: (shard: number) => (owned.has(shard) ? 1 : undefined),
      } as unknown as Surroundings['shards'],
      conversations: {
        forgetBefore: (before: number) => void this.forgotten.push(before),
      } as unknown as Surroundings['conversations'],
      effects: { passed: () => this.passed },
      cursors: new RetentionCursors(this.register),
      clock,
      metrics: host.metrics,
      report: (health) => host.report(health),
    };
  }

  async pass(ms: number): Promise<void> {
    await turns();
    for (let left = ms; left > 0; left -= 10) {
      this.clock.advance(Math.min(10, left));
      await turns();
    }
  }

  /** What the operator was told, by the codes of errors. */
  get told(): readonly string[] {
    return this.host.reports.map((health) =>
      health.state === 'running' ? health.state : `${health.state} ${health.error?.code}`,
    );
  }

  async #retire(wanted: Retirement): Promise<Retired> {
    if (this.away) throw new ImError('IM_STORE_AWAY', { why: 'on purpose' });
    this.calls.push(wanted);
    const { shard, after, upTo, acceptedBefore, limit } = wanted;
    const piece = this.log[shard]!.slice(after, Math.min(after + limit, upTo ?? Infinity));
    const young = piece.findIndex((acceptedAt) => acceptedAt >= acceptedBefore);
    const bodies = young < 0 ? piece.length : young;
    return Promise.resolve({ upTo: after + bodies, bodies });
  }

  #read(shard: number, after: number, limit: number): Promise<object> {
    const piece = this.log[shard]!.slice(after, after + limit);
    const entries = piece.map((acceptedAt) => ({ acceptedAt }) as Entry);
    return Promise.resolve({ entries, upTo: after + piece.length });
  }
}

describe('retention', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.retention.stop());

  it('goes through the shards of this node in pieces, with a pause after each', async () => {
    world.fill(0, 3);
    world.fill(1, 1);
    world.fill(2, 9);
    await world.retention.start();
    await world.pass(10);
    assert.deepEqual([world.calls.length, world.host.counted('im_bodies_retired_total')], [1, 2]);
    await world.pass(100);
    const asked = world.calls.map(({ shard, after, limit }) => [shard, after, limit]);
    assert.deepEqual(asked, [
      [0, 0, 2],
      [0, 2, 2],
      [0, 3, 2],
      [1, 0, 2],
      [1, 1, 2],
    ]);
    assert.equal(world.host.counted('im_bodies_retired_total'), 4);
    assert.equal(await world.register.read('retention/0'), '3');
    assert.equal(await world.register.read('retention/1'), '1');
  });

  it('asks for what is older than it may be now, and lets memory go of it', async () => {
    world.log[0]!.push(world.clock.now(), world.clock.now() + 5_000);
    await world.retention.start();
    await world.pass(KEPT_MS - 2_000);
    assert.equal(world.host.counted('im_bodies_retired_total'), 0);
    await world.pass(5_000);
    assert.equal(world.host.counted('im_bodies_retired_total'), 1);
    await world.pass(5_000);
    assert.equal(world.host.counted('im_bodies_retired_total'), 2);
    assert.equal(world.forgotten.at(-1), world.calls.at(-1)?.acceptedBefore);
    assert.ok((world.host.gauged('im_retention_lag_ms') ?? NaN) <= 1_000);
  });

  it('begins where it was, and anew where its cursor is lost', async () => {
    world.fill(0, 3);
    await world.register.compareAndSet('retention/0', undefined, '2');
    await world.retention.start();
    await world.pass(100);
    assert.deepEqual(
      world.calls.map(({ shard, after }) => `${shard}/${after}`),
      ['0/2', '0/3', '1/0'],
    );
  });

  it('keeps its cursor on the way through many pieces', async () => {
    world.fill(0, 1_000);
    await world.retention.start();
    await world.pass(32 * 20);
    assert.equal(await world.register.read('retention/0'), '64');
    await world.retention.stop();
    const asked = world.calls.at(-1)!.after;
    assert.equal(await world.register.read('retention/0'), String(asked + 2));
  });

  it('waits for consumers, and shows what waits', async () => {
    world.fill(0, 5);
    world.passed = 3;
    await world.retention.start();
    await world.pass(2_500);
    assert.equal(world.host.counted('im_bodies_retired_total'), 3);
    assert.equal(world.host.gauged('im_retention_held_shards'), 1);
    assert.ok((world.host.gauged('im_retention_lag_ms') ?? 0) >= 2_000);
    world.passed = 5;
    await world.pass(2_000);
    assert.equal(world.host.counted('im_bodies_retired_total'), 5);
    assert.equal(world.host.gauged('im_retention_held_shards'), 0);
    assert.deepEqual(world.told, ['degraded IM_RETENTION_HELD', 'running']);
  });

  it('comes back later when the store is away, and tells of it once', async () => {
    world.fill(0, 2);
    world.away = true;
    await world.retention.start();
    await world.pass(3_500);
    assert.equal(world.host.counted('im_retention_failures_total'), 4);
    world.away = false;
    await world.pass(1_000);
    assert.equal(world.host.counted('im_bodies_retired_total'), 2);
    assert.deepEqual(world.told, ['degraded IM_RETENTION_FAILING', 'running']);
  });

  it('doubts a wall clock that jumped ahead, for an hour', async () => {
    const year = 365 * 24 * HOUR_MS;
    world.log[0]!.push(world.clock.now());
    await world.retention.start();
    await world.pass(1_000);
    world.clock.jump(year);
    await world.pass(10_000);
    world.clock.jump(-year);
    world.clock.advance(HOUR_MS / 60);
    await world.pass(10_000);
    assert.equal(world.host.counted('im_bodies_retired_total'), 0);
    assert.deepEqual(world.told, ['degraded IM_RETENTION_CLOCK']);
    world.clock.advance(HOUR_MS);
    await world.pass(2_000);
    assert.equal(world.host.counted('im_bodies_retired_total'), 1);
    assert.equal(world.told.at(-1), 'running');
  });

  it('stops in the middle, and leaves no timer behind', async () => {
    world.fill(0, 100);
    await world.retention.start();
    await world.pass(50);
    const before = world.calls.length;
    await world.retention.stop();
    assert.equal(world.clock.pending, 0);
    await world.pass(5_000);
    assert.equal(world.calls.length, before);
    await world.retention.stop();
  });
});
