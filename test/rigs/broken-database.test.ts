/**
 * A PostgreSQL that cannot be used, at the start or later, under a real server: the line of the
 * setting, the code, why and what to do; nothing is lost, and work goes on by itself.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';
import { MIGRATIONS } from '../../plugins/persistence/postgres/migrations/index.ts';
import { postgres } from '../postgres-server/databases.ts';
import { PostgresServer, queryAt } from '../postgres-server/server.ts';
import type { Command } from '../scenes/device.ts';
import { ServerProcess } from '../scenes/server-process.ts';
import { Besieged } from './besieged.ts';

const root = join(import.meta.dirname, '..', '..');
const startMaxMs = 20_000;
const settleMs = 30_000;
const residentMaxKb = 400_000;
const lesser = { user: 'im_lesser', password: 'not-to-be-shown' };

/** What `im start` prints; the url stands in the file. */
function refused(url: string, code: string, setting = '.url'): string {
  const folder = mkdtempSync(join(tmpdir(), 'im-start-'));
  const persistence = { use: 'postgres', file: undefined, url };
  const { configFile } = new ServerProcess(folder, './data/auth.key', { persistence });
  const args = ['--conditions=im-src', join(root, 'bin', 'im.js'), 'start'];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...args, '--config', configFile],
    { encoding: 'utf8', timeout: startMaxMs },
  );
  const [line = ''] = stderr.split('\n').filter((one) => one.includes('im.config.yaml:'));
  const place = new RegExp(`im\\.config\\.yaml:(\\d+):\\d+ persistence\\${setting} ${code} `);
  const at = place.exec(line)?.[1];
  assert.ok(at !== undefined, `${code} at its place, not:\n${stdout}${stderr}`);
  const blamed = readFileSync(configFile, 'utf8').split('\n')[Number(at) - 1];
  assert.match(blamed ?? '', setting === '' ? /"persistence"/ : /"url"/);
  assert.equal(status, 1);
  assert.doesNotMatch(stderr, /not-to-be-shown|wrong-secret|a%20test/);
  rmSync(folder, { recursive: true });
  return stderr;
}

postgres.describe('a start on a PostgreSQL that cannot be used', function () {
  this.timeout(120_000);
  let server: PostgresServer;
  before(async () => {
    server = await PostgresServer.make();
    await queryAt(
      server.url('postgres'),
      'CREATE DATABASE im',
      `CREATE ROLE ${lesser.user} LOGIN PASSWORD '${lesser.password}'`,
    );
  });
  after(() => server.remove());

  const asLesser = (): string => server.url('im', lesser.user, lesser.password);

  it('says that the url leads nowhere, and how to mend it', () => {
    const nowhere = `postgres://im:wrong-secret@127.0.0.1:1/im`;
    assert.match(refused(nowhere, 'IM_STORE_REACH'), /ECONNREFUSED.*\n.*check the host, the port/);
    assert.match(refused(server.url('nowhere'), 'IM_STORE_REACH'), /"nowhere" does not exist/);
  });

  it('says that the password is wrong', () => {
    const output = refused(server.url('im', 'postgres', 'wrong-secret'), 'IM_STORE_LOGIN');
    assert.match(output, /password authentication failed.*\nMend the user and the password/);
  });

  it('says which right is missing', () => {
    const output = refused(asLesser(), 'IM_STORE_RIGHTS');
    assert.match(output, /permission denied.*\nGrant it: /);
  });

  it('says that the database is read-only', async () => {
    const role = `ALTER ROLE ${lesser.user}`;
    await queryAt(server.url('im'), `${role} SET default_transaction_read_only = on`);
    assert.match(refused(asLesser(), 'IM_STORE_UNFIT'), /read-only for this user\n.*takes writes/);
    await queryAt(server.url('im'), `${role} RESET ALL`);
  });

  it('says that the server would lose what was acknowledged', async () => {
    const role = `ALTER ROLE ${lesser.user}`;
    await queryAt(server.url('im'), `${role} SET synchronous_commit = off`);
    const output = refused(asLesser(), 'IM_STORE_UNSAFE', '');
    assert.match(output, /synchronous_commit is off\nTurn it on in the server, or say/);
    await queryAt(server.url('im'), `${role} RESET ALL`);
  });

  it('says that the schema is of a newer version', async () => {
    const known = MIGRATIONS.length;
    await queryAt(
      server.url('im'),
      'CREATE SCHEMA im',
      'CREATE TABLE im.migration (number int, name text, checksum text)',
      `INSERT INTO im.migration SELECT n, 'x', 'y' FROM generate_series(1, ${known + 1}) AS n`,
    );
    const output = refused(server.url('im'), 'IM_STORE_NEWER');
    assert.match(
      output,
      new RegExp(`schema ${known + 1}, known up to ${known}\\)\nStart that newer`),
    );
    await queryAt(server.url('im'), 'DROP SCHEMA im CASCADE');
  });

  it('says that it is a standby', async () => {
    await server.becomeStandby();
    assert.match(
      refused(server.url('im'), 'IM_STORE_UNFIT'),
      /it is a standby, and takes no writes/,
    );
    await queryAt(server.url('im'), 'SELECT pg_promote()');
  });
});

const troubles = {
  'becomes a standby, and is promoted': {
    why: /standby/,
    begin: (server: PostgresServer) => server.becomeStandby(),
    end: (server: PostgresServer) => queryAt(server.url('im'), 'SELECT pg_promote()'),
  },
  'becomes read-only, and writable again': {
    why: /read-only/,
    begin: (server: PostgresServer) =>
      queryAt(
        server.url('postgres'),
        'ALTER DATABASE im SET default_transaction_read_only = on',
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'im'`,
      ),
    end: (server: PostgresServer) =>
      queryAt(server.url('postgres'), 'ALTER DATABASE im RESET default_transaction_read_only'),
  },
};

postgres.describe('a server whose PostgreSQL', function () {
  this.timeout(120_000);
  for (const [what, { why, begin, end }] of Object.entries(troubles))
    it(`${what} refuses for now, says why, loses nothing, and goes on by itself`, async () => {
      const server = await PostgresServer.make();
      await queryAt(server.url('postgres'), 'CREATE DATABASE im');
      const persistence = {
        use: 'postgres',
        file: undefined,
        url: server.url('im'),
        wait: '200ms',
      };
      const besieged = new Besieged({}, { persistence });
      try {
        await besieged.begin();
        await besieged.exchange();
        await begin(server);
        const { ann } = besieged;
        const body = new TextEncoder().encode('still there?');
        const command = ann.send('bob', { type: 'send', body });
        const answer = await ann.answerTo(command);
        assert.equal(answer.type === 'refused' ? answer.code : answer.type, 'busy');
        await until(async () => healthShown(besieged, why), 'health says why', settleMs);
        await end(server);
        assert.equal((await acceptedInTheEnd(besieged, command)).position, 2);
        await besieged.bob.next().then(({ id }) => assert.equal(id, command.id));
        await until(
          async () => (await besieged.metrics()).health.state === 'running',
          'all is well',
          settleMs,
        );
        await besieged.expectFine(residentMaxKb);
      } finally {
        await besieged.clear();
        await server.remove();
      }
    });
});

async function healthShown(besieged: Besieged, why: RegExp): Promise<boolean> {
  const part = (await besieged.metrics()).health.parts['persistence'];
  if (typeof part !== 'object' || part.code !== 'IM_STORE_UNFIT') return false;
  assert.equal(part.state, 'degraded');
  assert.match(part.why, why);
  assert.match(part.act, /takes writes/);
  return true;
}

async function acceptedInTheEnd({ ann }: Besieged, command: Command) {
  for (;;) {
    const answer = await ann.repeat(command);
    if (answer.type === 'accepted') return answer;
    assert.equal(answer.code, 'busy');
  }
}
