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
import { acknowledge, Besieged } from './besieged.ts';

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

const CUT_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'im'`;

/** How it begins and ends, and what health says meanwhile. */
interface Trouble {
  readonly begin: readonly string[];
  readonly end: readonly string[];
  readonly code: string;
  readonly why: RegExp;
  readonly act: RegExp;
}

const troubles: Readonly<Record<string, Trouble>> = {
  'becomes read-only, and writable again': {
    begin: ['ALTER DATABASE im SET default_transaction_read_only = on', CUT_ALL],
    end: ['ALTER DATABASE im RESET default_transaction_read_only'],
    code: 'IM_STORE_UNFIT',
    why: /read-only/,
    act: /takes writes/,
  },
  'lets nobody in, and then does again': {
    begin: ['ALTER DATABASE im ALLOW_CONNECTIONS false', CUT_ALL],
    end: ['ALTER DATABASE im ALLOW_CONNECTIONS true'],
    code: 'IM_STORE_REACH',
    why: /not currently accepting connections/,
    act: /check the host, the port and the name/,
  },
  'has another password, and then the old one': {
    begin: ["ALTER ROLE im PASSWORD 'other'", CUT_ALL],
    end: ["ALTER ROLE im PASSWORD 'first'"],
    code: 'IM_STORE_LOGIN',
    why: /password authentication failed/,
    act: /Mend the user and the password/,
  },
  'becomes a standby, and is promoted': {
    begin: [],
    end: ['SELECT pg_promote()'],
    code: 'IM_STORE_UNFIT',
    why: /standby/,
    act: /takes writes/,
  },
};

postgres.describe('a server whose PostgreSQL', function () {
  this.timeout(120_000);
  let server: PostgresServer;
  let besieged: Besieged;
  before(async () => {
    server = await PostgresServer.make();
    const role = "CREATE ROLE im LOGIN PASSWORD 'first'";
    await queryAt(server.url('postgres'), role, 'CREATE DATABASE im OWNER im');
    const url = server.url('im', 'im', 'first');
    const persistence = { use: 'postgres', file: undefined, url, wait: '200ms' };
    besieged = new Besieged({}, { persistence });
    await besieged.begin();
  });
  after(async () => {
    await besieged.clear();
    await server.remove();
  });

  for (const [what, trouble] of Object.entries(troubles))
    it(`${what} refuses for now, says why, loses nothing, and goes on by itself`, async () => {
      await besieged.exchange();
      if (trouble.begin.length === 0) await server.becomeStandby();
      else await queryAt(server.url('postgres'), ...trouble.begin);
      const { ann, bob } = besieged;
      const message = { type: 'send', body: new Uint8Array([65]) } as const;
      // It may be on its way when the connection goes: then it has no answer while that is unknown.
      const command = ann.send('bob', message);
      await until(() => isShown(besieged, trouble), 'health says why', settleMs);
      const later = ann.send('eve', message);
      const answer = await ann.answerTo(later);
      assert.equal(answer.type === 'refused' ? answer.code : answer.type, 'busy');
      await queryAt(server.url('postgres'), ...trouble.end);
      for (const one of [command, later]) await acceptedInTheEnd(besieged, one);
      const got = await bob.next();
      assert.equal(got.id, command.id);
      acknowledge(bob, got);
      await until(
        async () => (await besieged.metrics()).health.state === 'running',
        'all is well',
        settleMs,
      );
      await besieged.expectFine(residentMaxKb);
    });
});

/** While it is away, other reasons may come first: that it shuts down, that nobody is there. */
async function isShown(besieged: Besieged, { code, why, act }: Trouble): Promise<boolean> {
  const part = (await besieged.metrics()).health.parts['persistence'];
  if (typeof part !== 'object' || part.code !== code || !why.test(part.why)) return false;
  assert.equal(part.state, 'degraded');
  assert.match(part.act, act);
  return true;
}

async function acceptedInTheEnd({ ann }: Besieged, command: Command): Promise<void> {
  let answer = await ann.answerTo(command);
  while (answer.type === 'refused') {
    assert.equal(answer.code, 'busy');
    answer = await ann.repeat(command);
  }
}
