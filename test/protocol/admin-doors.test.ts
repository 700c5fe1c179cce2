/** Who may come in to the admin API, and what it takes for itself. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import { AdminStage, closeAdmins, openAdmin, OPERATOR, READER } from './admin-stage.ts';
import { closeStages, openStage } from './stage.ts';

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

  it('ends the stream of who is no admin any more', async () => {
    const admin = await openAdmin(await openStage());
    const reader = admin.withToken(READER);
    const closed = await new Promise<AdminProblem>((resolve) => {
      const quiet = { frame: () => undefined, event: () => undefined };
      reader.watch({}, { ...quiet, beat: () => void admin.dismiss(READER), closed: resolve });
    });
    assert.equal(closed.code, 'IM_ADMIN_UNREACHABLE');
    await assert.rejects(reader.ask('overview', {}), { code: 'IM_ADMIN_TOKEN' });
  });

  it('did what it did, though that cannot be written down', async () => {
    const admin = await openAdmin(await openStage());
    admin.setLevel = () => rmSync(admin.folder, { recursive: true });
    assert.equal((await admin.owner.ask('log level', { level: 'warn' })).level, 'warn');
    const { events } = admin.events.since(undefined, 'error', 10);
    assert.equal(events[0]?.message, 'the record of acts cannot be written');
    const more = (token: string) => admin.withToken(token).ask('log level', { level: 'info' });
    await assert.rejects(more(OPERATOR), { code: 'IM_ADMIN_AWAY', status: 503 });
    await assert.rejects(more(READER), { code: 'IM_ADMIN_RIGHTS', status: 403 });
  });
});
