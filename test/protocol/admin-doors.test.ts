/** Who may come in to the admin API, and what it takes for itself. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import { CALLERS_MAX, STRANGERS_MAX } from '../../core/admin/http/callers.ts';
import type { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import { until } from '../faults/until.ts';
import { makeCertificate } from '../unit/transports/certificate.ts';
import { AdminStage, closeAdmins, openAdmin, OPERATOR, READER } from './admin-stage.ts';
import { answerOf, rawSocket } from './raw-http.ts';
import { closeStages, openStage } from './stage.ts';

function isOpen(socket: Socket): boolean {
  return !socket.destroyed && !socket.readableEnded;
}

interface Beaten {
  closed: AdminProblem | undefined;
  readonly end: () => void;
}

/** A viewer with a token that has heard of it. */
function beaten(admin: AdminStage): Promise<Beaten> {
  return new Promise((resolve, reject) => {
    const end = (): void => cancel();
    const told: Beaten = { closed: undefined, end };
    const quiet = { frame: () => undefined, event: () => undefined, lost: () => undefined };
    const closed = (why: AdminProblem): void => {
      told.closed = why;
      reject(why);
    };
    const beat = (): void => resolve(told);
    const cancel = admin.withToken(READER).watch({}, { ...quiet, beat, closed });
  });
}

describe('the doors of the admin API', () => {
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('takes the socket that a killed process left, and nothing else that is there', async () => {
    const stage = await openStage();
    const file = new AdminStage(stage);
    const path = join(file.folder, 'admin.sock');
    writeFileSync(path, 'mine');
    try {
      await file.start();
      assert.equal(readFileSync(path, 'utf8'), 'mine');
      await file.stop();
      const first = await openAdmin(stage);
      const second = new AdminStage(stage, [], first.folder);
      await second.start();
      assert.equal((await first.owner.ask('overview', {})).health, 'running');
      await second.stop();
      assert.equal((await first.owner.ask('overview', {})).health, 'running');
    } finally {
      await file.stop();
    }
  });

  it('tells nobody which routes there are', async () => {
    const admin = await openAdmin(await openStage());
    for (const path of ['/v1/nothing', '/v1/overview', '/v1/stream']) {
      await assert.rejects(admin.withToken(undefined).text(path), { code: 'IM_ADMIN_TOKEN' });
    }
  });

  for (const scheme of ['http', 'https']) {
    it(`lets in who has a token, however many others came before: ${scheme}`, async () => {
      const certificate = scheme === 'https' ? makeCertificate() : undefined;
      const admin = await openAdmin(await openStage(), undefined, certificate);
      const watched = await beaten(admin);
      const count = 3 * CALLERS_MAX;
      const silent = await Promise.all(
        Array.from({ length: count }, () => rawSocket(admin.address)),
      );
      for (const socket of silent) socket.on('error', () => undefined).resume();
      try {
        assert.equal((await admin.withToken(READER).ask('overview', {})).health, 'running');
        const open = (): number => silent.filter(isOpen).length;
        await until('too many are open', 5_000, () => open() <= STRANGERS_MAX);
        assert.ok(open() >= STRANGERS_MAX - 1, `${open()}`);
        assert.equal(admin.told.filter((line) => line.includes('made room')).length, 1);
        assert.match(await admin.owner.text('/metrics'), /^im_admin_turned_away_total\S* [1-9]/m);
        assert.equal(watched.closed, undefined);
      } finally {
        watched.end();
        certificate?.remove();
        for (const socket of silent) socket.destroy();
      }
    });
  }

  it('waits for no stranger who has said nothing when it stops', async () => {
    const certificate = makeCertificate();
    const admin = await openAdmin(await openStage(), undefined, certificate);
    const silent = await rawSocket(admin.address);
    try {
      const gone = once(silent.resume(), 'close');
      await admin.withToken(READER).ask('overview', {});
      const begunMs = performance.now();
      await admin.pause();
      await gone;
      assert.ok(performance.now() - begunMs < 2_000);
    } finally {
      silent.destroy();
      certificate.remove();
    }
  });

  it('keeps no connection of who has shown a wrong token', async () => {
    const admin = await openAdmin(await openStage());
    const socket = await rawSocket(admin.address);
    const lines = ['GET /v1/overview HTTP/1.1', 'host: im', 'authorization: Bearer none', '', ''];
    const { status } = await answerOf(socket, lines.join('\r\n'));
    assert.equal(status, 401);
  });

  it('ends the stream of who is no admin any more', async () => {
    const admin = await openAdmin(await openStage());
    const reader = admin.withToken(READER);
    const closed = await new Promise<AdminProblem>((resolve) => {
      const quiet = { frame: () => undefined, event: () => undefined, lost: () => undefined };
      reader.watch({}, { ...quiet, beat: () => void admin.dismiss(READER), closed: resolve });
    });
    assert.equal(closed.code, 'IM_ADMIN_UNREACHABLE');
    await assert.rejects(reader.ask('overview', {}), { code: 'IM_ADMIN_TOKEN' });
  });

  it('did what it did, though that cannot be written down', async () => {
    const admin = await openAdmin(await openStage());
    admin.setLevel = () => rmSync(admin.folder, { recursive: true });
    assert.equal((await admin.owner.ask('log level', { level: 'warn' })).level, 'warn');
    assert.equal(admin.told.at(-1), 'the record of acts cannot be written');
    const more = (token: string) => admin.withToken(token).ask('log level', { level: 'info' });
    await assert.rejects(more(OPERATOR), { code: 'IM_ADMIN_AWAY', status: 503 });
    await assert.rejects(more(READER), { code: 'IM_ADMIN_RIGHTS', status: 403 });
  });
});
