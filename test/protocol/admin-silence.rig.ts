/** Who says nothing to the admin API, or says it slowly, is not waited for. */
import assert from 'node:assert/strict';
import { closeAdmins, openAdmin, OPERATOR } from './admin-stage.ts';
import { answerOf, rawSocket } from './raw-http.ts';
import { closeStages, openStage } from './stage.ts';

/** What is said, and within which time the connection is closed, ms. */
const SLOW: Readonly<Record<string, readonly [said: string, withinMs: number]>> = {
  'nothing at all': ['', 15_000],
  'half a header': ['GET /v1/overview HTTP/1.1\r\nhost: im\r\nauthorization: Bea', 15_000],
  'half a body': [
    `POST /v1/log-level HTTP/1.1\r\nhost: im\r\nauthorization: Bearer ${OPERATOR}\r\n` +
      'content-type: application/json\r\ncontent-length: 100\r\n\r\n{"level":',
    25_000,
  ],
};

describe('the admin API', function () {
  this.timeout(40_000);
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('closes the connection of who is slow, with the reason', async () => {
    const admin = await openAdmin(await openStage());
    const begunMs = performance.now();
    const all = Object.entries(SLOW).map(async ([what, [said, withinMs]]) => {
      const answer = await answerOf(await rawSocket(admin.address), said);
      assert.equal(answer.status, 408, what);
      const { message } = JSON.parse(answer.body) as { message: string };
      assert.match(message, /did not come within its time/);
      const tookMs = performance.now() - begunMs;
      assert.ok(tookMs < withinMs, `${what}: after ${tookMs} ms`);
    });
    await Promise.all(all);
    assert.deepEqual(admin.levels, []);
  });
});
