/** Who reads a stream of the admin API slowly learns of each gap, and of how many are missing. */
import assert from 'node:assert/strict';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { SseReader } from '../../core/admin/client/sse-reader.ts';
import type { EventView, Lost } from '../../core/admin/protocol/index.ts';
import { closeAdmins, openAdmin, type AdminStage } from './admin-stage.ts';
import { closeStages, openStage } from './stage.ts';

/** Together far more than the node and the system keep for who does not read. */
const SAID = 500;
const LONG = 'x'.repeat(8_000);

/** Nothing of its body is read yet. */
function viewed({ folder }: AdminStage): Promise<IncomingMessage> {
  const socketPath = join(folder, 'admin.sock');
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path: '/v1/stream?events=yes' }, resolve);
    asking.once('error', reject);
    asking.end();
  });
}

describe('a slow viewer of the admin API', () => {
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('is told where events are missing, and how many', async () => {
    const admin = await openAdmin(await openStage());
    const response = await viewed(admin);
    for (let at = 1; at <= SAID; at += 1) admin.events.note('info', String(at), { LONG });
    const reader = new SseReader();
    const told: (number | Lost)[] = [];
    for await (const bytes of response) {
      for (const { event, data } of reader.read(bytes as Buffer)) {
        if (event === 'event') told.push(Number((JSON.parse(data) as EventView).message));
        if (event !== 'lost') continue;
        told.push(JSON.parse(data) as Lost);
        // It reads again: so nothing is missing behind that.
        admin.events.note('info', String(SAID + 1), {});
      }
      if (told.at(-1) === SAID + 1) break;
    }
    let next = 1;
    for (const one of told) {
      if (typeof one === 'number') assert.equal(one, next);
      next += typeof one === 'number' ? 1 : (one.count ?? 0);
    }
    assert.equal(next, SAID + 2);
    assert.equal(told.filter((one) => typeof one !== 'number').length, 1);
  });
});
