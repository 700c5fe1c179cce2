import assert from 'node:assert/strict';
import { until } from '../../kit/quiet-host.ts';
import { postgres } from '../../postgres-server/databases.ts';
import { Rig } from '../../postgres-server/rig.ts';

/** How many commits fifty appends make that are handed in at once. */
async function commitsOf50(rig: Rig, commit: 'batch' | 'immediate'): Promise<number> {
  const { bench, host } = await rig.open({ commit, writers: 1 });
  await Promise.all(bench.run(`g/${commit}`, 1, 50).map((entry) => bench.keep([entry])));
  return host.counted('store_commits_total');
}

postgres.describe('the work of postgres', () => {
  const rig = new Rig();
  beforeEach(() => rig.begin());
  afterEach(() => rig.end());

  it('commits together what came in while a commit ran, or each alone, as it is told', async () => {
    assert.equal(await commitsOf50(rig, 'immediate'), 50);
    assert.ok((await commitsOf50(rig, 'batch')) <= 2);
  });

  it('commits no more together than the limits of entries and bytes', async () => {
    const byEntries = await rig.open({ writers: 1, batchEntries: 10 });
    const run = byEntries.bench.run('g/a', 1, 50);
    await Promise.all(run.map((entry) => byEntries.bench.keep([entry])));
    assert.equal(byEntries.host.counted('store_commits_total'), 5);
    const byBytes = await rig.open({ writers: 1, batchBytes: 1024 });
    const body = new Uint8Array(512);
    const heavy = Array.from({ length: 10 }, (_, at) => {
      return byBytes.bench.entry('g/b', at + 1, { body });
    });
    await Promise.all(heavy.map((entry) => byBytes.bench.keep([entry])));
    assert.equal(byBytes.host.counted('store_commits_total'), 5);
  });

  it('keeps the others of a commit when one of them is wrong', async () => {
    const { bench } = await rig.open({ writers: 1 });
    const answers = await Promise.allSettled([
      bench.store.append([bench.part(0, bench.run('g/a', 1, 2))]),
      bench.store.append([bench.part(1, [bench.entry('g/b', 1, { device: 'no\0name' })])]),
      bench.store.append([bench.part(2, [bench.entry('g/c', 1, { id: 'no uuid' })])]),
      bench.store.append([
        bench.part(3, bench.run('g/d', 1, 1), [
          { conversation: 'g/d', friendship: { state: 'friends' } },
        ]),
      ]),
      bench.store.append([bench.part(4, bench.run('g/e', 1, 1))]),
    ]);
    const said = answers.map((answer) =>
      answer.status === 'fulfilled'
        ? answer.value.join()
        : (answer.reason as { code: string }).code,
    );
    assert.deepEqual(said, ['kept', 'IM_BUG', 'IM_BUG', 'IM_BUG', 'kept']);
  });

  it('keeps texts that PostgreSQL cannot hold, with a sign in their place', async () => {
    const { bench } = await rig.open();
    const conversation = 'g/tea';
    const { body: _, ...act } = bench.entry(conversation, 1, {
      kind: 'group.create',
      title: 'a\0b',
    });
    const message = bench.entry(conversation, 2, { mediaType: 'x/\0y', body: Uint8Array.of(0) });
    await bench.keep([act, message], [{ conversation, title: 'a\0b' }]);
    const [first, second] = await bench.all(conversation);
    assert.equal(first?.title, 'a\0b');
    assert.equal(second?.mediaType, 'x/\uFFFDy');
    assert.equal((await bench.store.loadConversation(conversation))?.title, 'a\uFFFDb');
    const [shown] = await rig.query('SELECT text FROM log WHERE position = 2');
    assert.equal(shown?.['text'], null);
  });

  it('shows the log to people, with names, texts and times', async () => {
    const { bench } = await rig.open();
    const text = (at: number, body: string) =>
      bench.entry('g/tea', at, {
        body: new TextEncoder().encode(body),
        acceptedAt: 1_795_404_000_000,
      });
    await bench.keep([text(1, 'Grüße'), text(2, 'a\0b')]);
    const rows = await rig.query(
      `SELECT conversation, position, "from", device, text, accepted FROM log ORDER BY position`,
    );
    const accepted = new Date(1_795_404_000_000);
    const common = { conversation: 'g/tea', from: 'ann', device: 'phone', accepted };
    assert.deepEqual(rows, [
      { ...common, position: '1', text: 'Grüße' },
      { ...common, position: '2', text: 'a\\000b' },
    ]);
  });

  it('says of every table and function what it is', async () => {
    await rig.open();
    const silent = await rig.query(
      `SELECT relname FROM pg_class c WHERE relnamespace = '${rig.schema}'::regnamespace
          AND relkind IN ('r', 'p', 'v') AND NOT relispartition
          AND obj_description(c.oid, 'pg_class') IS NULL
       UNION ALL
       SELECT proname FROM pg_proc p
        WHERE pronamespace = '${rig.schema}'::regnamespace
          AND obj_description(p.oid, 'pg_proc') IS NULL`,
    );
    assert.deepEqual(silent, []);
  });

  it('plans for large tables even when they are small and known to be', async () => {
    const first = await rig.open({ readers: 1 });
    await first.bench.gather('d/ann/bob', ['bob']);
    await rig.query('ANALYZE');
    const { bench } = await rig.open({ readers: 1 });
    const scans = async (): Promise<number> => {
      const [row] = await rig.query<{ sum: string }>(
        `SELECT coalesce(sum(seq_scan), 0) AS sum FROM pg_stat_all_tables
          WHERE schemaname = '${rig.schema}' AND relname NOT IN ('meta', 'migration')`,
      );
      return Number(row?.sum);
    };
    const before = await scans();
    const { store } = bench;
    const key = { conversation: 'd/ann/bob', user: 'ann', device: 'phone' };
    await bench.keep([bench.entry('d/ann/bob', 2, { number: 99 })]);
    await store.saveProgress({
      cursors: [{ ...key, cursor: 1 }],
      marks: [{ conversation: 'd/ann/bob', user: 'bob', marks: { received: 1, read: 1 } }],
      seen: [{ user: 'bob', at: 1 }],
    });
    await store.registerDevice('bob', 'tablet');
    await bench.all('d/ann/bob');
    await store.readShard(0, 0, 10);
    await store.shardEnd(0);
    await store.retire({ shard: 0, after: 0, acceptedBefore: 2 ** 47, limit: 10 });
    await store.register.list('a', '', 10);
    await store.loadConversation('d/ann/bob');
    await store.lastEntries([key]);
    await store.findEntry(key, 1);
    await store.loadCursor('d/ann/bob', 'ann', 'phone');
    await store.backlog('bob', 'phone', '', 10);
    await store.conversationsOf('bob', '', 10);
    await store.friendsOf('bob', '', 10);
    await store.lastSeen(['bob']);
    // What a session has counted is told when it ends.
    await first.bench.close();
    await bench.close();
    const sessions = `SELECT FROM pg_stat_activity
                       WHERE application_name LIKE 'im %' AND datname = current_database()`;
    await until(async () => (await rig.query(sessions)).length === 0, 'the sessions have ended');
    assert.equal(await scans(), before);
  });
});
