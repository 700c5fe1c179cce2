/** What Prometheus and a supervisor are told over the admin API. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { join } from 'node:path';
import { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import { addStandingGauges } from '../../core/admin/standing-gauges.ts';
import { readPrometheus } from '../read-prometheus.ts';
import { closeAdmins, openAdmin, READER, type AdminStage } from './admin-stage.ts';
import { healthOf } from './effects-stage.ts';
import { closeStages, openStage } from './stage.ts';

interface Told {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

/** Over the unix socket. */
function get({ folder }: AdminStage, path: string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath: join(folder, 'admin.sock'), path }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => {
        resolve({ status: response.statusCode, type: response.headers['content-type'], body });
      });
    });
    asking.on('error', reject);
    asking.end();
  });
}

describe('the pages for machines', () => {
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('are the metrics, as Prometheus reads them, and they add up', async () => {
    const stage = await openStage({ name: 'im-9' });
    addStandingGauges(stage.node);
    const admin = await openAdmin(stage);
    const ann = await stage.join('ann');
    for (const text of ['one', 'two']) await ann.accepted(ann.send('d/ann/bob', text));
    const { status, type, body } = await get(admin, '/metrics');
    assert.deepEqual([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8']);
    const families = readPrometheus(body);
    const samples = families.get('im_commands_accepted_total')?.samples;
    const labels = { node: 'im-9' };
    assert.deepEqual(samples, [{ name: 'im_commands_accepted_total', labels, value: 2 }]);
    assert.equal(families.get('im_ready')?.samples[0]?.value, 1);
    assert.equal(await admin.withToken(READER).text('/metrics').then(readable), true);
  });

  it('are shown to nobody without a token', async () => {
    const admin = await openAdmin(await openStage());
    for (const path of ['/metrics', '/live', '/ready']) {
      const refused = admin.withToken('x'.repeat(40)).text(path);
      await assert.rejects(refused, (why) => why instanceof AdminProblem && why.status === 401);
    }
  });

  it('say whether it lives and whether it serves, from its start to its end', async () => {
    const stage = await openStage();
    const admin = await openAdmin(stage);
    const told = async (path: string): Promise<unknown> => {
      const { status, body } = await get(admin, path);
      return [status, body];
    };
    assert.deepEqual(await told('/live'), [200, 'no part failed\n']);
    assert.deepEqual(await told('/ready'), [200, 'every part runs\n']);
    admin.running = undefined;
    assert.deepEqual(await told('/live'), [200, 'no part failed\n']);
    assert.deepEqual(await told('/ready'), [503, 'it is between two lives\n']);
    assert.deepEqual(await told('/metrics'), [503, 'it is between two lives\n']);
    admin.running = stage.node;
    await stage.stop();
    assert.equal(healthOf(stage, 'path'), 'stopped');
    const { status, body } = await get(admin, '/ready');
    assert.equal(status, 503);
    assert.match(body, /path is stopped/);
  });
});

function readable(text: string): boolean {
  return readPrometheus(text).has('im_sessions');
}
