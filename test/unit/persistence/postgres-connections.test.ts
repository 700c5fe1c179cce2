import assert from 'node:assert/strict';
import { Client } from 'pg';
import { ImError, type Entry } from 'im-kernel/contract';
import { FaultProxy } from '../../faults/fault-proxy.ts';
import { until } from '../../kit/quiet-host.ts';
import { postgres } from '../../postgres-server/databases.ts';
import { Proxy } from '../../postgres-server/proxy.ts';
import { Rig, type Opened } from '../../postgres-server/rig.ts';

/** One connection of each kind: which one a test cuts is no question. */
const ONE = { writers: 1, readers: 1 } as const;
/** Bears the opening of a store on a busy machine, too: it makes the tables. */
const SHORT_MS = 300;

async function code(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof ImError ? `${error.kind} ${error.code}` : `no ImError: ${String(error)}`;
}

function keyOf({ conversation, user, device }: Entry) {
  return { conversation, user, device };
}

function append({ bench }: Opened): Promise<unknown> {
  return bench.store.append([bench.part(0, bench.run('g/tea', 1, 1))]);
}

/** In the database, and asked past the store. */
async function isKept(rig: Rig, { id }: Entry): Promise<boolean> {
  return (await rig.query(`SELECT FROM entry WHERE id = '${id}'`)).length > 0;
}

function states({ host }: Opened): string[] {
  return host.reports.map(({ state }) => state);
}

postgres.describe('the connections of postgres', () => {
  const rig = new Rig();
  let proxy: Proxy;
  let blocker: Client;
  beforeEach(async () => {
    await rig.begin();
    proxy = await Proxy.to(rig.url);
    blocker = new Client({ connectionString: rig.url });
    await blocker.connect();
  });
  afterEach(async () => {
    await blocker.end();
    await rig.end();
    await proxy.close();
  });

  /** Locks shard 0, so that an append to it waits in the middle of its statement. */
  async function block(): Promise<void> {
    await blocker.query(`BEGIN; SELECT FROM "${rig.schema}".shard WHERE shard = 0 FOR UPDATE`);
  }

  /** The backend in which an append waits for the blocker. */
  async function waiting(): Promise<number> {
    const text = `SELECT pid FROM pg_stat_activity
                   WHERE wait_event_type = 'Lock' AND query LIKE '%append(%'
                     AND datname = current_database() AND pid <> pg_backend_pid()`;
    let pid: number | undefined;
    await until(async () => {
      pid = (await rig.query<{ pid: number }>(text))[0]?.pid;
      return pid !== undefined;
    }, 'an append that waits for the lock');
    return pid!;
  }

  it('says `unknown` of an append whose answer got lost, and it is in the log', async () => {
    const { bench } = await rig.open({ ...ONE, url: proxy.url });
    const entry = bench.entry('g/tea', 1);
    proxy.hold('answers');
    const appending = bench.store.append([
      bench.part(0, [entry]),
      bench.part(1, bench.run('g/b', 1, 1)),
    ]);
    await until(() => isKept(rig, entry), 'the commit');
    proxy.cut();
    assert.deepEqual(await appending, ['unknown', 'unknown']);
    await bench.take();
    const found = await bench.store.findEntry(keyOf(entry), entry.number);
    assert.deepEqual([found?.id, found?.position], [entry.id, 1]);
    await bench.keep(bench.run('g/tea', 2, 2));
  });

  it('says `unknown` of an append that never arrived, and no late copy of it comes in', async () => {
    const { bench } = await rig.open({ ...ONE, url: proxy.url });
    const late = bench.part(0, [bench.entry('g/tea', 1)]);
    proxy.hold('questions');
    const appending = bench.store.append([late]);
    await until(() => proxy.heldBytes > 0, 'the question is held');
    proxy.cut();
    assert.deepEqual(await appending, ['unknown']);
    await bench.take();
    assert.equal(await bench.store.findEntry(keyOf(late.entries[0]!), 1), undefined);
    assert.deepEqual(await bench.store.append([late]), ['fenced']);
    await bench.keep(bench.run('g/tea', 1, 1));
  });

  it('says `unknown` when the backend is ended in the middle of an append', async () => {
    const { bench, host } = await rig.open(ONE);
    await block();
    const appending = bench.store.append([bench.part(0, bench.run('g/tea', 1, 2))]);
    const pid = await waiting();
    await rig.query(`SELECT pg_terminate_backend(${pid})`);
    assert.deepEqual(await appending, ['unknown']);
    await blocker.query('ROLLBACK');
    await bench.take();
    assert.deepEqual(await bench.all('g/tea'), []);
    await bench.keep(bench.run('g/tea', 1, 2));
    assert.equal(host.counted('store_connections_lost_total', 'writers'), 1);
  });

  it('takes a shard only after an append of the old epoch has ended, cut off or not', async () => {
    const { bench } = await rig.open({ ...ONE, url: proxy.url });
    await rig.query(
      `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END'`,
      'CREATE TRIGGER slow BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION slow()',
    );
    await blocker.query('SELECT pg_advisory_lock(7)');
    const entry = bench.entry('g/tea', 1);
    const appending = bench.store.append([bench.part(0, [entry])]);
    await waiting();
    proxy.cut();
    assert.deepEqual(await appending, ['unknown']);
    const taking = bench.take().then(() => bench.store.findEntry(keyOf(entry), entry.number));
    const takes = `SELECT FROM pg_stat_activity
                    WHERE wait_event_type = 'Lock' AND query LIKE '%take(%'
                      AND datname = current_database() AND pid <> pg_backend_pid()`;
    await until(async () => (await rig.query(takes)).length > 0, 'the takeover waits');
    await blocker.query('SELECT pg_advisory_unlock(7)');
    assert.equal((await taking)?.id, entry.id);
  });

  it('refuses for now what has waited long enough, and goes on when it is back', async () => {
    const opened = await rig.open({ ...ONE, url: proxy.url, wait: 100, connectTimeout: 500 });
    const { bench } = opened;
    proxy.hold('answers');
    // New connections get no answer either: the database is away.
    await rig.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                      WHERE application_name LIKE 'im %' AND datname = current_database()`);
    await until(() => opened.host.gauged('store_connections') === 0, 'all connections are lost');
    assert.deepEqual(states(opened).at(-1), 'degraded');
    const late = bench.part(0, bench.run('g/tea', 1, 1));
    assert.equal(await code(bench.store.append([late])), 'passing IM_STORE_AWAY');
    assert.equal(await code(bench.all('g/tea')), 'passing IM_STORE_AWAY');
    assert.equal(await code(bench.take()), 'passing IM_STORE_AWAY');
    proxy.cut();
    await until(() => states(opened).at(-1) === 'running', 'it runs again', 10_000);
    await bench.take();
    await bench.keep(bench.run('g/tea', 1, 1));
    assert.deepEqual(states(opened).at(-1), 'running');
  });

  it('asks a question again whose connection was lost', async () => {
    const { bench } = await rig.open({ ...ONE, url: proxy.url });
    await bench.keep(bench.run('g/tea', 1, 3));
    proxy.hold('answers');
    const reading = bench.all('g/tea');
    await until(() => proxy.heldBytes > 0, 'the answer is held');
    proxy.cut();
    assert.equal((await reading).length, 3);
  });

  it('gives up a connection on which no answer comes', async () => {
    const { bench } = await rig.open({ ...ONE, url: proxy.url, statementTimeout: SHORT_MS });
    proxy.hold('answers');
    const appending = bench.store.append([bench.part(0, bench.run('g/tea', 1, 1))]);
    assert.deepEqual(await appending, ['unknown']);
  });

  it('asks no more on connections that went silent with another one', async () => {
    const path = new FaultProxy(() => Number(new URL(rig.url).port));
    await path.start();
    const url = new URL(rig.url);
    url.port = String(path.port);
    try {
      const opened = await rig.open({ url: url.href, readers: 3, statementTimeout: SHORT_MS });
      path.vanish();
      assert.deepEqual(await append(opened), ['unknown']);
      // Taking is asked once: on a silent connection it would be refused.
      await opened.bench.take();
      assert.deepEqual(await append(opened), ['kept']);
    } finally {
      await path.stop();
    }
  });

  it('refuses an append for now when a lock or a statement takes too long', async () => {
    const slow = await rig.open({ ...ONE, lockTimeout: 20 });
    const late = await rig.open({ ...ONE, statementTimeout: SHORT_MS });
    await slow.bench.take();
    await block();
    assert.equal(await code(append(slow)), 'passing IM_STORE_AWAY');
    assert.equal(await code(append(late)), 'passing IM_STORE_AWAY');
    assert.equal(slow.host.counted('store_refused_total', 'IM_STORE_AWAY'), 1);
    await blocker.query('ROLLBACK');
    assert.deepEqual(await append(slow), ['kept']);
  });

  it('has the server notice within ten seconds that it is gone, with its locks', async () => {
    const opened = await rig.open(ONE);
    await rig.query(
      'CREATE TABLE told (value text)',
      `CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
         INSERT INTO told SELECT current_setting(name) FROM unnest(ARRAY[
           ''tcp_keepalives_idle'', ''tcp_keepalives_interval'', ''tcp_keepalives_count'',
           ''tcp_user_timeout'']) AS name;
         RETURN NULL;
       END'`,
      'CREATE TRIGGER tell AFTER INSERT ON entry FOR EACH STATEMENT EXECUTE FUNCTION tell()',
    );
    await opened.bench.take();
    assert.deepEqual(await append(opened), ['kept']);
    const told = await rig.query('SELECT value FROM told');
    assert.deepEqual(
      told.map((row) => Object.values(row as object)[0]),
      ['5', '1', '5', '10000'],
    );
  });

  it('refuses an append for now when the disk is full, is degraded, and recovers', async () => {
    const opened = await rig.open(ONE);
    await rig.query(
      `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN RAISE disk_full USING MESSAGE = ''no space left''; END'`,
      'CREATE TRIGGER full_disk BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION full_disk()',
    );
    const { bench } = opened;
    const part = bench.part(0, bench.run('g/tea', 1, 1));
    assert.equal(await code(bench.store.append([part])), 'passing IM_STORE_FULL');
    assert.deepEqual(states(opened), ['degraded']);
    await rig.query('DROP TRIGGER full_disk ON entry');
    assert.deepEqual(await bench.store.append([part]), ['kept']);
    assert.deepEqual(states(opened), ['degraded', 'running']);
  });

  it('fails for good when its tables are gone', async () => {
    const opened = await rig.open(ONE);
    await rig.query('DROP TABLE entry CASCADE');
    const part = opened.bench.part(0, opened.bench.run('g/tea', 1, 1));
    assert.equal(await code(opened.bench.store.append([part])), 'lasting IM_STORE_BROKEN');
    assert.deepEqual(states(opened), ['failed']);
  });

  it('connects no more to a database whose log is another one', async () => {
    const opened = await rig.open({ ...ONE, url: proxy.url, wait: 50 });
    await rig.query(`UPDATE meta SET value = 'another' WHERE key = 'log'`);
    proxy.cut();
    const why = (): string =>
      opened.host.reports.map((health) => ('why' in health ? health.why : '')).join();
    await until(() => why().includes('another log'), 'it says so');
    assert.equal(await code(opened.bench.all('g/tea')), 'passing IM_STORE_AWAY');
  });
});
