import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { PostgresStore } from '../../../plugins/persistence/postgres/postgres-store.ts';
import type { Settings } from '../../../plugins/persistence/postgres/settings.ts';
import { never, quietHost } from '../../kit/quiet-host.ts';
import { postgres } from '../../postgres-server/databases.ts';
import { removeLeftovers } from '../../postgres-server/leftovers.ts';
import { PostgresServer, queryAt } from '../../postgres-server/server.ts';
import { settings } from '../../postgres-server/settings.ts';
import { makeCertificate, type Certificate } from '../transports/certificate.ts';

postgres.describe('postgres over TLS', () => {
  let server: PostgresServer;
  let certificate: Certificate;
  before(async () => {
    certificate = makeCertificate();
    server = await PostgresServer.make();
    await server.speakTls(certificate.cert, certificate.key);
  });
  after(async () => {
    await server.remove();
    certificate.remove();
  });

  async function start(host: string, tls: Settings['tls']): Promise<PostgresStore> {
    const url = server.url('postgres').replace('127.0.0.1', host);
    const store = new PostgresStore(settings({ url, tls, wait: 10 }), quietHost());
    await store.start(never());
    return store;
  }

  it('speaks it with a server whose certificate is right', async () => {
    const store = await start('localhost', { ca: certificate.cert });
    const sessions = await queryAt(
      server.url('postgres'),
      `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name LIKE 'im %'`,
    );
    await store.stop(never());
    assert.deepEqual(sessions, [{ ssl: true }]);
  });

  it('refuses a certificate of another host, and one that nobody known has signed', async () => {
    const code = 'IM_STORE_REACH';
    const byNumber = start('127.0.0.1', { ca: certificate.cert });
    await assert.rejects(byNumber, { code, message: /127\.0\.0\.1/ });
    const bySelf = start('localhost', { ca: undefined });
    await assert.rejects(bySelf, { code, message: /self-signed/ });
  });

  it('names a file that cannot be read', async () => {
    const missing = start('localhost', { ca: `${certificate.folder}/none.pem` });
    await assert.rejects(missing, { code: 'IM_TLS_FILES' });
  });

  it('refuses a server that does not speak it', async () => {
    await server.set('ssl', 'off');
    const refused = { code: 'IM_STORE_REACH', message: /does not support SSL/ };
    await assert.rejects(start('localhost', { ca: certificate.cert }), refused);
  });
});

postgres.describe('a PostgreSQL whose tests were killed', () => {
  it('is ended and removed by those who come next', async () => {
    const script = `
      import { PostgresServer } from './test/postgres-server/server.ts';
      const server = await PostgresServer.make();
      console.log(JSON.stringify({ folder: server.folder, url: server.url('postgres') }));
      setInterval(() => undefined, 1000);`;
    const flags = ['--conditions=im-src', '--no-warnings', '--input-type=module', '-e', script];
    const owner = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const { folder, url } = JSON.parse(line.toString()) as { folder: string; url: string };
    const ended = once(owner, 'exit');
    owner.kill('SIGKILL');
    await ended;
    // Its owner could not take it along.
    await queryAt(url, 'SELECT');
    await removeLeftovers();
    await assert.rejects(queryAt(url, 'SELECT'), /ECONNREFUSED/);
    await assert.rejects(access(folder), { code: 'ENOENT' });
  });
});
