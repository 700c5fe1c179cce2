/** A real server takes up its file, changed under it, by the admin API. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminClient } from '../../core/admin/client/admin-client.ts';
import { ServerProcess } from '../scenes/server-process.ts';

describe('a server whose file changes', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'im-reload-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('takes up what it can, by who has seen what runs; a bad file changes nothing', async () => {
    const server = new ServerProcess(folder, './data/auth.key');
    await server.start();
    try {
      const client = new AdminClient({ name: 'here', socket: join(folder, 'data', 'admin.sock') });
      const { hash: expect } = await client.ask('config', {});
      const change = (blocks: object): void => {
        const file = JSON.parse(readFileSync(server.configFile, 'utf8')) as object;
        writeFileSync(server.configFile, JSON.stringify({ ...file, ...blocks }));
      };
      change({ limits: { bodyMax: '1KiB', lanes: 2 } });
      const tried = await client.ask('reload', { dryRun: true });
      assert.deepEqual([tried.applied, tried.hash], [false, expect]);
      const done = await client.ask('reload', { expect });
      assert.deepEqual(
        done.changes.map(({ path, how }) => [path, how]),
        [
          ['limits.bodyMax', 'live'],
          ['limits.lanes', 'restart'],
        ],
      );
      const again = client.ask('reload', { expect });
      await assert.rejects(again, { code: 'IM_RELOAD_STALE' });
      change({ limits: { bodyMaxx: '2KiB' } });
      await assert.rejects(client.ask('reload', {}), /limits\.bodyMaxx is unknown.*bodyMax/);
      change({ limits: {}, guards: { w: { use: 'word-list', file: './none.txt' } } });
      await assert.rejects(client.ask('reload', {}), { code: 'IM_RELOAD_REFUSED' });
      const { hash, settings } = await client.ask('config', { filter: 'limits.bodyMax' });
      assert.equal(hash, done.hash);
      assert.equal(settings[0]?.value, '1KiB');
    } finally {
      await server.stop();
    }
  });
});
