import assert from 'node:assert/strict';
import { Client } from 'pg';
import { postgres } from '../../postgres-server/databases.ts';
import { Rig } from '../../postgres-server/rig.ts';

const EVER = { after: 0, acceptedBefore: 2 ** 47, limit: 100 };

postgres.describe('bodies in postgres', () => {
  const rig = new Rig();
  beforeEach(() => rig.begin());
  afterEach(() => rig.end());

  it('are retired while an append of their shard is under way, and do not hold it up', async () => {
    const { bench } = await rig.open();
    await bench.keep(bench.run('g/tea', 1, 3));
    const other = new Client({ connectionString: rig.url });
    await other.connect();
    await other.query(`SET search_path = "${rig.schema}"`);
    await other.query('BEGIN; SELECT FROM shard WHERE shard = 0 FOR NO KEY UPDATE');
    const retired = await bench.store.retire({ shard: 0, ...EVER });
    assert.equal(retired.bodies, 3);
    await other.query('ROLLBACK');

    await bench.keep(bench.run('g/tea', 4, 3));
    await other.query(`BEGIN; UPDATE entry SET body = NULL WHERE position <= 3`);
    await bench.keep(bench.run('g/tea', 7, 1));
    await other.query('ROLLBACK');
    await other.end();
  });

  it('are gone from the tables, the stored ones of great length too, after a vacuum', async () => {
    const { bench } = await rig.open();
    // Of no pattern, so that it is stored beside its row and not compressed.
    const body = Uint8Array.from({ length: 50_000 }, (_, at) => (at * at * 31 + (at >> 3)) & 255);
    await bench.keep([bench.entry('g/tea', 1, { body }), ...bench.run('g/tea', 2, 200)]);
    const stored = async (): Promise<number> => {
      const [row] = await rig.query<{ bytes: string }>(
        'SELECT coalesce(sum(length(body)), 0) AS bytes FROM entry',
      );
      return Number(row?.bytes);
    };
    assert.equal(await stored(), body.length + 200);
    for (let after = 0, upTo = -1; after !== upTo;) {
      upTo = after;
      after = (await bench.store.retire({ shard: 0, ...EVER, after })).upTo;
    }
    assert.equal(await stored(), 0);
    await rig.query('VACUUM entry');
    const [size] = await rig.query<{ bytes: string }>(
      `SELECT sum(pg_relation_size(reltoastrelid)) AS bytes FROM pg_class
        WHERE relnamespace = '${rig.schema}'::regnamespace AND relname LIKE 'entry%'
          AND reltoastrelid <> 0`,
    );
    assert.equal(Number(size?.bytes), 0);
  });

  it('are vacuumed soon in every part of the log', async () => {
    await rig.open();
    const tuned = await rig.query(
      `SELECT FROM pg_class WHERE relnamespace = '${rig.schema}'::regnamespace
          AND relispartition AND relkind = 'r'
          AND 'autovacuum_vacuum_scale_factor=0.01' = ANY (reloptions)`,
    );
    assert.equal(tuned.length, 8);
  });
});
