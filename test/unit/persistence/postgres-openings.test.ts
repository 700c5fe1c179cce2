import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { ImError } from 'im-kernel/contract';
import { MIGRATIONS } from '../../../plugins/persistence/postgres/migrations/index.ts';
import { never } from '../../kit/quiet-host.ts';
import { postgres } from '../../postgres-server/databases.ts';
import { Rig } from '../../postgres-server/rig.ts';

const USER = 'im_lesser';
const PASSWORD = 'not-to-be-shown';

/** What a start is refused with. */
async function refusal(start: Promise<void>): Promise<ImError> {
  const error = await start.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(
    error instanceof ImError,
    `a start that is refused by an ImError, not ${String(error)}`,
  );
  return error;
}

function withUser(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.href;
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

postgres.describe('the opening of postgres', () => {
  const rig = new Rig();
  beforeEach(async () => {
    await rig.begin();
    const old = await rig.query(`SELECT FROM pg_roles WHERE rolname = '${USER}'`);
    if (old.length === 0) await rig.query(`CREATE ROLE ${USER} LOGIN PASSWORD '${PASSWORD}'`);
  });
  afterEach(async () => {
    await rig.end();
    await rig.query(`ALTER ROLE ${USER} RESET ALL`, `DROP OWNED BY ${USER}`, `DROP ROLE ${USER}`);
  });
  const lesser = (): string => withUser(rig.url, USER, PASSWORD);

  async function refused(chosen: Parameters<Rig['make']>[0], code: string): Promise<ImError> {
    const { store } = rig.make({ wait: 50, ...chosen });
    const error = await refusal(store.start(never()));
    assert.equal(error.code, code, error.message);
    assert.doesNotMatch(
      `${error.message} ${error.act}`,
      /not-to-be-shown|a%20test|a test only|wrong-secret/,
    );
    return error;
  }

  it('names a wrong password, a wrong database and a server that is not there', async () => {
    await refused({ url: withUser(rig.url, USER, 'wrong-secret') }, 'IM_STORE_LOGIN');
    const missing = await refused({ url: withDatabase(rig.url, 'nowhere') }, 'IM_STORE_REACH');
    assert.match(missing.message, /nowhere/);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const url = `postgres://a:wrong-secret@127.0.0.1:${port}/im`;
    assert.match((await refused({ url }, 'IM_STORE_REACH')).message, /ECONNREFUSED/);
  });

  it('gives up a server that accepts a connection and says nothing', async () => {
    const server = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `postgres://a:b@127.0.0.1:${port}/im`;
    const error = await refused({ url, connectTimeout: 50 }, 'IM_STORE_REACH');
    assert.match(error.message, /no connection within 50 ms/);
    server.close();
    await once(server, 'close');
  });

  it('names the right that is missing to make the tables', async () => {
    const error = await refused({ url: lesser() }, 'IM_STORE_RIGHTS');
    assert.match(error.message, /42501/);
  });

  it('needs no right to make anything once the tables are there', async () => {
    await rig.open();
    await rig.query(
      `GRANT USAGE ON SCHEMA "${rig.schema}" TO ${USER}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "${rig.schema}" TO ${USER}`,
    );
    const { bench } = await rig.open({ url: lesser() });
    await bench.keep(bench.run('g/tea', 1, 3));
  });

  it('refuses a schema of a newer version, and one that was changed', async () => {
    await rig.open();
    const number = MIGRATIONS.length + 1;
    await rig.query(`INSERT INTO migration (number, name, checksum) VALUES (${number}, 'x', 'y')`);
    const newer = await refused({}, 'IM_STORE_NEWER');
    assert.match(newer.message, new RegExp(`schema ${number}, known up to ${MIGRATIONS.length}`));
    await rig.query(
      `DELETE FROM migration WHERE number = ${number}`,
      `UPDATE migration SET checksum = 'other' WHERE number = 1`,
    );
    assert.match((await refused({}, 'IM_STORE_UNFIT')).message, /migration 1 \(log\)/);
  });

  it('leaves nothing half made when a migration fails', async () => {
    await rig.query(`CREATE SCHEMA "${rig.schema}"`, 'CREATE TABLE friend (x int)');
    assert.match((await refused({}, 'IM_STORE_UNFIT')).message, /42P07/);
    const tables = await rig.query(
      `SELECT tablename FROM pg_tables WHERE schemaname = '${rig.schema}' ORDER BY 1`,
    );
    const names = tables.map(({ tablename }) => tablename);
    assert.deepEqual(names, ['friend', 'migration']);
  });

  it('makes the tables once when several start at the same time', async () => {
    const stores = Array.from({ length: 4 }, () => rig.make({ readers: 1, writers: 1 }).store);
    await Promise.all(stores.map((store) => store.start(never())));
    assert.equal(new Set(stores.map(({ log }) => log)).size, 1);
    const applied = await rig.query('SELECT number FROM migration ORDER BY number');
    assert.deepEqual(
      applied.map(({ number }) => number),
      MIGRATIONS.map((_, at) => at + 1),
    );
  });

  it('warns of another number of shards, and goes on with the one that was fixed', async () => {
    await rig.open();
    const { bench, host } = await rig.open({ shards: 16 });
    assert.equal(bench.store.shards, 8);
    assert.match(host.lines.map(({ message }) => message).join(), /was fixed/);
  });

  it('refuses a user for whom the database is read-only', async () => {
    await rig.query(`ALTER ROLE ${USER} SET default_transaction_read_only = on`);
    assert.match((await refused({ url: lesser() }, 'IM_STORE_UNFIT')).message, /read-only/);
  });

  it('refuses a server that does not sync, or promises only `process`, as it is told', async () => {
    await rig.open();
    await rig.query(
      `GRANT USAGE ON SCHEMA "${rig.schema}" TO ${USER}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "${rig.schema}" TO ${USER}`,
      `ALTER ROLE ${USER} SET synchronous_commit = off`,
    );
    const error = await refused({ url: lesser() }, 'IM_STORE_UNSAFE');
    assert.match(error.message, /synchronous_commit is off/);
    const { bench, host } = await rig.open({ url: lesser(), unsafe: 'process' });
    assert.equal(bench.store.guarantees.durability, 'process');
    assert.match(host.lines.map(({ message }) => message).join(), /does not sync/);
    const safe = await rig.open({ unsafe: 'process' });
    assert.equal(safe.bench.store.guarantees.durability, 'disk');
  });

  it('ends its start when it is no longer wanted, while another holds the migrations', async () => {
    await rig.open();
    const { Client } = await import('pg');
    const other = new Client({ connectionString: rig.url });
    await other.connect();
    const key = [0x696d6b6e, rig.schema];
    await other.query('SELECT pg_advisory_lock($1, hashtext($2))', key);
    const { store } = rig.make();
    const gone = new AbortController();
    const start = refusal(store.start(gone.signal));
    const waits = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
    while ((await other.query(waits)).rows.length === 0);
    gone.abort();
    assert.equal((await start).code, 'IM_STORE_REACH');
    await other.end();
  });
});
