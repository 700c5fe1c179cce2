import assert from 'node:assert/strict';
import { Client } from 'pg';
import type { LivingNode, NodeLife, Ownership } from 'im-kernel/contract';
import { APPEND, pack } from '../../../plugins/persistence/postgres/packing.ts';
import { PostgresStore } from '../../../plugins/persistence/postgres/postgres-store.ts';
import { never, quietHost, until } from '../../kit/quiet-host.ts';
import { postgres } from '../../postgres-server/databases.ts';
import { Proxy } from '../../postgres-server/proxy.ts';
import { Rig } from '../../postgres-server/rig.ts';
import { PostgresServer, queryAt } from '../../postgres-server/server.ts';
import { settings } from '../../postgres-server/settings.ts';
import { Holder } from './postgres-holding.ts';

const A: NodeLife = { node: 'im-a', life: 'life-a' };
const B: NodeLife = { node: 'im-b', life: 'life-b' };
const LONG_MS = 60_000;
/** What a killed process may take to be missed. */
const MISSED_WITHIN_MS = 1_000;

async function seen(ownership: Ownership, { node }: NodeLife): Promise<LivingNode> {
  const { nodes } = await ownership.look();
  const found = nodes.find((each) => each.node === node);
  assert.ok(found, `${node} has beaten`);
  return found;
}

async function isGone(ownership: Ownership, life: NodeLife): Promise<boolean> {
  return (await seen(ownership, life)).gone;
}

const holders: Holder[] = [];
async function killHolders(): Promise<void> {
  for (const holder of holders.splice(0)) await holder.kill();
}

postgres.describe('the ownership of postgres', () => {
  const rig = new Rig();
  beforeEach(() => rig.begin());
  afterEach(async () => {
    await killHolders();
    await rig.end();
  });

  async function holding(life: NodeLife, leaseMs: number): Promise<Holder> {
    const holder = new Holder(rig, life, leaseMs);
    holders.push(holder);
    await holder.beaten();
    return holder;
  }

  async function lockHolders(): Promise<string> {
    const text = 'SELECT holders(lock)::text AS pid FROM lifeline ORDER BY 1';
    return (await rig.query<{ pid: string }>(text)).map(({ pid }) => pid).join();
  }

  it('says within a second that a killed process is gone, and lets take what it owned', async () => {
    const { ownership } = (await rig.open()).bench.store;
    for (let round = 0; round < 5; round += 1) {
      const life = { node: 'im-a', life: `life-${round}` };
      const holder = await holding(life, LONG_MS);
      const [{ epoch } = { epoch: 0 }] = (await ownership.look()).shards;
      const [owned] = await ownership.take(life, [{ shard: 0, epoch }], true);
      const [kept] = await ownership.take(B, [{ shard: 0, epoch: epoch + 1 }], false);
      assert.deepEqual([owned, kept], [kept, { shard: 0, epoch: epoch + 1, owner: life }]);
      await holder.kill();
      await until(() => isGone(ownership, life), 'it is gone', MISSED_WITHIN_MS);
      const [taken] = await ownership.take(B, [{ shard: 0, epoch: epoch + 1 }], false);
      assert.deepEqual(taken, { shard: 0, epoch: epoch + 2, owner: B });
    }
  });

  it('lets a node beat anew at once after it was killed, and no second one beside it', async () => {
    const { ownership } = (await rig.open()).bench.store;
    const holder = await holding(A, LONG_MS);
    const next = { node: A.node, life: 'life-next' };
    assert.equal(await ownership.beat(next, LONG_MS), 'taken');
    await holder.kill();
    await until(
      async () => (await ownership.beat(next, LONG_MS)) !== 'taken',
      'it may beat',
      1_000,
    );
    assert.equal((await seen(ownership, A)).life, 'life-next');
    assert.equal(await ownership.beat(A, LONG_MS), 'taken');
  });

  it('takes a process that stands still for alive until its lease is over', async () => {
    const { ownership } = (await rig.open()).bench.store;
    const holder = await holding(A, 1_500);
    const { epoch } = (await ownership.look()).shards[0]!;
    await ownership.take(A, [{ shard: 0, epoch }], true);
    holder.signal('SIGSTOP');
    let refusals = 0;
    for (;;) {
      const [{ owner } = { owner: A }] = await ownership.take(
        B,
        [{ shard: 0, epoch: epoch + 1 }],
        false,
      );
      if (owner?.life === B.life) break;
      refusals += 1;
      assert.equal(await isGone(ownership, A), false);
    }
    const { leaseLeftMs, gone } = await seen(ownership, A);
    assert.ok(leaseLeftMs <= 0 && refusals > 0, `${leaseLeftMs} ms left, ${refusals} refusals`);
    assert.equal(gone, false);
    holder.signal('SIGCONT');
    await until(async () => (await seen(ownership, A)).leaseLeftMs > 0, 'it beats again');
  });

  it('takes a lease for over that has far more left than it ever had: the clock was set back', async () => {
    const { ownership } = (await rig.open()).bench.store;
    await ownership.beat(A, LONG_MS);
    const { epoch } = (await ownership.look()).shards[0]!;
    await ownership.take(A, [{ shard: 0, epoch }], true);
    await rig.query("UPDATE lease SET ends_at = ends_at + interval '20 s'");
    assert.ok((await seen(ownership, A)).leaseLeftMs > LONG_MS, 'a clock may go a little wrong');
    await rig.query("UPDATE lease SET ends_at = ends_at + interval '1 hour'");
    assert.equal((await seen(ownership, A)).leaseLeftMs, 0);
    await ownership.beat(A, LONG_MS);
    const { leaseLeftMs } = await seen(ownership, A);
    assert.ok(leaseLeftMs > 0 && leaseLeftMs <= LONG_MS, `renewed, ${leaseLeftMs} ms are left`);
    await rig.query("UPDATE lease SET ends_at = ends_at + interval '1 hour'");
    const [{ owner } = { owner: A }] = await ownership.take(
      B,
      [{ shard: 0, epoch: epoch + 1 }],
      false,
    );
    assert.deepEqual(owner, B);
    const next = { node: A.node, life: 'life-next' };
    assert.notEqual(await ownership.beat(next, LONG_MS), 'taken');
  });

  it('changes nothing by a take that comes late, after its repeat and another’s take', async () => {
    const { ownership } = (await rig.open()).bench.store;
    const { epoch } = (await ownership.look()).shards[0]!;
    const late = [{ shard: 0, epoch }];
    const mine = [{ shard: 0, epoch: epoch + 1, owner: A }];
    assert.deepEqual(await ownership.take(A, late, false), mine);
    assert.deepEqual(await ownership.take(A, late, false), mine);
    const theirs = [{ shard: 0, epoch: epoch + 2, owner: B }];
    assert.deepEqual(await ownership.take(B, [{ shard: 0, epoch: epoch + 1 }], false), theirs);
    assert.deepEqual(await ownership.take(A, late, true), theirs);
  });

  it('beats while an append is under way and a take waits for it', async () => {
    const { bench } = await rig.open();
    const { ownership } = bench.store;
    const late = new Client({ connectionString: rig.url });
    await late.connect();
    try {
      await late.query(`SET search_path = "${rig.schema}"; BEGIN`);
      const values = pack([bench.part(0, bench.run('g/tea', 1, 1))]);
      await late.query({ text: APPEND.text, values });
      const taking = ownership.take(B, [{ shard: 0, epoch: bench.epoch(0) }], true);
      const waits = `SELECT FROM pg_stat_activity
                      WHERE wait_event_type = 'Lock' AND query LIKE '%take(%'
                        AND datname = current_database() AND pid <> pg_backend_pid()`;
      await until(async () => (await rig.query(waits)).length > 0, 'the take waits');
      assert.notEqual(await ownership.beat(B, LONG_MS), 'taken');
      assert.equal((await ownership.look()).shards[0]!.epoch, bench.epoch(0));
      await late.query('COMMIT');
      assert.deepEqual((await taking)[0]!.owner, B);
      assert.equal((await bench.all('g/tea')).length, 1);
    } finally {
      await late.end();
    }
  });

  it('holds its lock anew, without a beat, when its connection broke', async () => {
    const proxy = await Proxy.to(rig.url);
    try {
      const { ownership } = (await rig.open({ url: proxy.url })).bench.store;
      await ownership.beat(A, LONG_MS);
      const before = await lockHolders();
      assert.match(before, /^\d+$/);
      proxy.cut();
      const other = async (): Promise<boolean> =>
        /^\d+$/.test((await lockHolders()).replace(before, ''));
      await until(other, 'another connection holds it');
      assert.equal(await isGone(ownership, A), false);
    } finally {
      await proxy.close();
    }
  });

  it('gives up a beat without an answer long before a statement’s time limit', async () => {
    const proxy = await Proxy.to(rig.url);
    try {
      const { bench, host } = await rig.open({ url: proxy.url, wait: 20_000 });
      await bench.store.ownership.beat(A, 600);
      proxy.hold('answers');
      const beating = bench.store.ownership.beat(A, 600);
      const lost = (): number => host.counted('store_connections_lost_total', 'lifeline');
      await until(() => lost() > 0, 'the connection is given up');
      proxy.cut();
      assert.notEqual(await beating, 'taken');
    } finally {
      await proxy.close();
    }
  });

  it('says that a stopped store is gone, and nothing of a life that has left', async () => {
    const { ownership } = (await rig.open()).bench.store;
    const { store: stopped } = rig.make();
    const { store: left } = rig.make();
    await stopped.start(never());
    await left.start(never());
    await stopped.ownership.beat(A, LONG_MS);
    await left.ownership.beat(B, LONG_MS);
    assert.equal(await isGone(ownership, A), false);
    await left.ownership.leave(B);
    await stopped.stop(never());
    await until(() => isGone(ownership, A), 'it is gone');
    assert.deepEqual(
      (await ownership.look()).nodes.map(({ node }) => node),
      [A.node],
    );
  });
});

postgres.describe('the ownership of postgres when the server ends', () => {
  let server: PostgresServer;
  let holder: Holder;
  const stores: PostgresStore[] = [];
  before(async () => {
    server = await PostgresServer.make();
  });
  afterEach(async () => {
    await killHolders();
    for (const store of stores.splice(0)) await store.stop(never());
  });
  after(() => server.remove());

  /** A process that beats and then stands still, and a store that looks at it. */
  async function begin(schema: string): Promise<Ownership> {
    const place = { url: server.url('postgres'), schema };
    const store = new PostgresStore(settings({ ...place, shards: 8 }), quietHost());
    stores.push(store);
    await store.start(never());
    holder = new Holder(place, A, LONG_MS);
    holders.push(holder);
    await holder.beaten();
    holder.signal('SIGSTOP');
    return store.ownership;
  }

  /** Its lock is free, and it lives. */
  async function mustBeDoubted(ownership: Ownership): Promise<void> {
    await until(
      () =>
        ownership.look().then(
          () => true,
          () => false,
        ),
      'the server answers again',
      15_000,
    );
    const { gone, leaseLeftMs } = await seen(ownership, A);
    assert.equal(gone, false);
    assert.ok(leaseLeftMs > 0);
    const { epoch } = (await ownership.look()).shards[0]!;
    await ownership.take(A, [{ shard: 0, epoch }], true);
    const [{ owner } = { owner: B }] = await ownership.take(
      B,
      [{ shard: 0, epoch: epoch + 1 }],
      false,
    );
    assert.deepEqual(owner, A);
    holder.signal('SIGCONT');
    const renewed = async (): Promise<boolean> =>
      (await seen(ownership, A)).leaseLeftMs > leaseLeftMs;
    await until(renewed, 'it beats again');
    assert.equal(await isGone(ownership, A), false);
    await holder.kill();
    await until(() => isGone(ownership, A), 'it is gone', MISSED_WITHIN_MS);
  }

  for (const ending of ['fast', 'immediate', 'kill'] as const) {
    it(`does not take a live process for gone when the server ends (${ending}) and starts`, async () => {
      const ownership = await begin(`im_${ending}`);
      await server.stop(ending);
      await server.start();
      await mustBeDoubted(ownership);
    });
  }

  it('does not take a live process for gone when the process that served it is killed', async () => {
    const ownership = await begin('im_backend');
    const text = 'SELECT im_backend.holders(lock) AS pid FROM im_backend.lifeline';
    const [row] = (await queryAt(server.url('postgres'), 'SET search_path = im_backend', text)) as {
      pid: number;
    }[];
    process.kill(row!.pid, 'SIGKILL');
    const lost = async (): Promise<boolean> =>
      (await queryAt(server.url('postgres'), text).catch(() => ['away'])).length === 0;
    await until(lost, 'all locks are lost', 15_000);
    await mustBeDoubted(ownership);
  });
});
