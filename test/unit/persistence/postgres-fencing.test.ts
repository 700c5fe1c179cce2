import assert from 'node:assert/strict';
import { Client } from 'pg';
import type { Entry } from 'im-kernel/contract';
import { APPEND, pack } from '../../../plugins/persistence/postgres/packing.ts';
import { until } from '../../kit/quiet-host.ts';
import { postgres } from '../../postgres-server/databases.ts';
import { Rig } from '../../postgres-server/rig.ts';
import { takeShards } from '../../kit/take-shards.ts';

function places({ conversation, position }: Entry): string {
  return `${conversation} ${position}`;
}

postgres.describe('the fence of postgres', () => {
  const rig = new Rig();
  beforeEach(() => rig.begin());
  afterEach(() => rig.end());

  async function waits(text: string): Promise<void> {
    const query = `SELECT FROM pg_stat_activity
                    WHERE wait_event_type = 'Lock' AND query LIKE '%${text}%'
                      AND datname = current_database() AND pid <> pg_backend_pid()`;
    await until(async () => (await rig.query(query)).length > 0, `${text} waits for a lock`);
  }

  it('shares one log between stores: each sees what the other wrote', async () => {
    const one = (await rig.open()).bench;
    await one.keep(one.run('g/tea', 1, 3));
    const other = (await rig.open()).bench;
    assert.equal(other.store.log, one.store.log);
    assert.equal((await other.all('g/tea')).length, 3);
    assert.equal(other.epoch(0), one.epoch(0) + 1);
  });

  it('keeps a former owner from writing anything', async () => {
    const former = (await rig.open()).bench;
    const now = (await rig.open()).bench;
    const change = { conversation: 'g/tea', title: 'Tea' };
    const late = former.part(0, former.run('g/tea', 1, 2), [change]);
    assert.deepEqual(await former.store.append([late]), ['fenced']);
    assert.equal(await now.store.loadConversation('g/tea'), undefined);
    await now.keep(now.run('g/tea', 1, 2));
    await former.take();
    const again = now.part(0, now.run('g/tea', 3, 1));
    assert.deepEqual(await now.store.append([again]), ['fenced']);
  });

  /** A connection with a take of shard 0 that is neither committed nor given up. */
  async function openTake(epoch: number): Promise<Client> {
    const taker = new Client({ connectionString: rig.url });
    await taker.connect();
    await taker.query(`SET search_path = "${rig.schema}"`);
    await taker.query(`BEGIN; SELECT take('other', 'life', ARRAY[0], ARRAY[${epoch}], true)`);
    return taker;
  }

  it('lets an append wait for a takeover under way, and fences it then', async () => {
    const { bench } = await rig.open();
    const taker = await openTake(bench.epoch(0));
    const appending = bench.store.append([
      bench.part(0, bench.run('g/tea', 1, 1)),
      bench.part(1, bench.run('g/pie', 1, 1)),
    ]);
    await waits('append(');
    await taker.query('COMMIT');
    assert.deepEqual(await appending, ['fenced', 'kept']);
    assert.deepEqual(await bench.all('g/tea'), []);
    await taker.end();
  });

  it('lets an append wait for a takeover that is given up, and keeps it', async () => {
    const { bench } = await rig.open();
    const taker = await openTake(bench.epoch(0));
    const appending = bench.keep(bench.run('g/tea', 1, 1));
    await waits('append(');
    await taker.query('ROLLBACK');
    await appending;
    await taker.end();
  });

  it('would be seen to let a former owner write if appends locked FOR KEY SHARE', async () => {
    const { bench } = await rig.open();
    const [append] = await rig.query<{ made: string }>(
      `SELECT pg_get_functiondef('append'::regproc) AS made`,
    );
    const lock = 'FOR NO KEY UPDATE';
    assert.equal(append!.made.split(lock).length, 2);
    await rig.query(append!.made.replace(lock, 'FOR KEY SHARE'));
    const taker = await openTake(bench.epoch(0));
    await bench.keep(bench.run('g/tea', 1, 1));
    await taker.query('COMMIT');
    await taker.end();
  });

  it('lets no cursor pass what an append that was given up may still write', async () => {
    const { bench } = await rig.open({ readers: 1 });
    const { store } = bench;
    await bench.keep(bench.run('g/tea', 1, 1));
    // Its connection is gone for its store, and its backend has not heard of it.
    const late = new Client({ connectionString: rig.url });
    await late.connect();
    try {
      await late.query(`SET search_path = "${rig.schema}"; BEGIN`);
      const values = pack([bench.part(0, bench.run('g/pie', 1, 2))]);
      const given = await late.query<{ outcomes: string[] }>({ text: APPEND.text, values });
      assert.deepEqual(given.rows[0]?.outcomes, ['kept']);
      const elsewhere = bench.part(1, bench.run('g/jam', 1, 1));
      assert.deepEqual(await store.append([elsewhere]), ['kept']);
      const next = bench.keep(bench.run('g/tea', 2, 1));
      await waits('append(');
      const seen = await store.readShard(0, 0, 9);
      assert.deepEqual(seen.entries.map(places), ['g/tea 1']);
      assert.equal(await store.shardEnd(0), seen.upTo);
      await late.query('COMMIT');
      await next;
      const { entries } = await store.readShard(0, seen.upTo, 9);
      assert.deepEqual(entries.map(places), ['g/pie 1', 'g/pie 2', 'g/tea 2']);
    } finally {
      await late.end();
    }
  });

  it('takes nothing of many shards if another take of one of them is under way and comes in', async () => {
    const { bench } = await rig.open();
    const { ownership } = bench.store;
    const { shards } = await ownership.look();
    const taker = await openTake(bench.epoch(0));
    const taking = ownership.take({ node: 'late', life: 'late' }, shards.toReversed(), true);
    await waits('take(');
    await taker.query('COMMIT');
    await taker.end();
    const owners = (await taking).map(({ owner }) => owner?.node);
    assert.deepEqual(owners, [...Array.from({ length: 7 }, () => shards[1]!.owner!.node), 'other']);
  });

  it('lets one of many takers have all shards under an epoch, and tells the others who', async () => {
    const benches = await Promise.all(Array.from({ length: 3 }, () => rig.open({ readers: 2 })));
    const { shards } = await benches[0]!.bench.store.ownership.look();
    const taken = await Promise.all(
      Array.from({ length: 30 }, (_, at) => {
        const life = { node: `node-${at}`, life: `life-${at}` };
        const { ownership } = benches[at % 3]!.bench.store;
        return ownership.take(life, at % 2 === 0 ? shards : shards.toReversed(), true);
      }),
    );
    const owners = taken.flat().map(({ owner, epoch }) => `${owner?.life} ${epoch}`);
    assert.equal(owners.length, 240);
    assert.deepEqual(
      [...new Set(owners)],
      [`${taken[0]![0]!.owner?.life} ${shards[0]!.epoch + 1}`],
    );
  });

  it('lets two nodes write for each other’s devices at the same time without a deadlock', async () => {
    const [one, other] = [(await rig.open()).bench, (await rig.open()).bench];
    const [mine, theirs] = [
      await takeShards(one.store, 'one', [0, 1, 2, 3]),
      await takeShards(other.store, 'other', [4, 5, 6, 7]),
    ];
    const rounds = Array.from({ length: 20 }, async (_, round) => {
      const devices = Array.from({ length: 20 }, (__, at) => `phone-${round}-${at}`);
      const append = (bench: typeof one, shard: number, epoch: number, names: string[]) => {
        const entries = names.map((device, at) =>
          bench.entry(`g/${shard}-${round}`, at + 1, { device }),
        );
        return bench.store.append([{ shard, epoch, entries, changes: [] }]);
      };
      return await Promise.all([
        append(one, round % 4, mine[round % 4]!, devices),
        append(other, 4 + (round % 4), theirs[round % 4]!, devices.toReversed()),
      ]);
    });
    for (const outcomes of await Promise.all(rounds)) {
      assert.deepEqual(outcomes, [['kept'], ['kept']]);
    }
  });
});
