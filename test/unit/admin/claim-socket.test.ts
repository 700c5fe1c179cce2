import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { claimSocket } from '../../../core/assembly/claim-socket.ts';
import { systemClock, systemRandom } from '../../../core/kernel/system.ts';

describe('the place of a unix socket', () => {
  const around = { clock: systemClock(), random: systemRandom() };
  const servers: Server[] = [];
  let folder = '';
  let path = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'im-socket-'));
    path = join(folder, 'admin.sock');
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(folder, { recursive: true });
  });

  function listen(at: string): Promise<void> {
    const server = createServer();
    servers.push(server);
    return new Promise((resolve) => server.listen(at, resolve));
  }

  function claim(at = path): Promise<() => Promise<void>> {
    return claimSocket(at, listen, around);
  }

  /** As a killed process leaves it. */
  async function leaveOne(): Promise<void> {
    const gone = createServer();
    const at = join(folder, 'gone');
    await new Promise<void>((resolve) => gone.listen(at, resolve));
    linkSync(at, path);
    await new Promise((resolve) => gone.close(resolve));
  }

  it("is nobody else's at any moment, whatever the mask of the process", async () => {
    const mask = process.umask(0);
    try {
      const release = await claimSocket(
        path,
        async (at) => {
          await listen(at);
          assert.equal(statSync(dirname(at)).mode & 0o777, 0o700);
          assert.equal(existsSync(path), false);
        },
        around,
      );
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(folder), ['admin.sock']);
      await release();
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      process.umask(mask);
    }
  });

  it("is one's alone, of several that come at once where a killed one was", async () => {
    for (let round = 0; round < 10; round += 1) {
      await leaveOne();
      const claims = await Promise.allSettled([1, 2, 3].map(() => claim()));
      const won = claims.filter((claim) => claim.status === 'fulfilled');
      const why = JSON.stringify(
        claims.map((claim) => String((claim as { reason?: unknown }).reason)),
      );
      assert.equal(won.length, 1, why);
      await assert.rejects(claim(), /another process answers there/);
      for (const { value: release } of won) await release();
      assert.equal(existsSync(path), false);
    }
  });

  it('is had though another one was killed while it took it', async () => {
    const folderOfIts = `${path}.new`;
    mkdirSync(folderOfIts);
    const longAgo = new Date(Date.now() - 10_000);
    utimesSync(folderOfIts, longAgo, longAgo);
    await claim();
    assert.deepEqual(readdirSync(folder), ['admin.sock']);
  });

  it('stays with what is there, and with who has come since', async () => {
    writeFileSync(path, 'mine');
    await assert.rejects(claim(), /which is no socket/);
    rmSync(path);
    const release = await claim();
    rmSync(path);
    const next = await claim();
    await release();
    assert.ok(existsSync(path));
    await next();
    const long = join(folder, 'x'.repeat(110));
    await assert.rejects(claim(long), /more than 9\d octets/);
    assert.deepEqual(readdirSync(folder), []);
  });
});
