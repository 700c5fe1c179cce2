import assert from 'node:assert/strict';
import { ImError, type Health } from 'im-kernel/contract';
import { BeatHealth } from '../../../core/cluster/beat-health.ts';

const AWAY = new ImError('IM_STORE_AWAY', { why: 'a cable' });

function watched() {
  const told: Health['state'][] = [];
  const health = new BeatHealth(({ state }) => told.push(state));
  const decided = (): Promise<void> => health.deciding(Promise.resolve());
  const failed = (): Promise<void> =>
    assert.rejects(health.deciding(Promise.reject(AWAY)), { code: AWAY.code });
  return { told, health, decided, failed };
}

describe('the health of beats and decisions', () => {
  it('is steady while decisions fail and beats work', async () => {
    const { told, health, decided, failed } = watched();
    for (let beats = 0; beats < 5; beats += 1) {
      health.well(undefined);
      await failed();
    }
    assert.deepEqual(told, ['degraded']);
    await decided();
    assert.deepEqual(told, ['degraded', 'running']);
  });

  it('tells of each change once, and of what is wrong between nodes when nothing else is', async () => {
    const { told, health, decided, failed } = watched();
    const problem = new ImError('IM_CLUSTER_NAME', { node: 'im-a' });
    await decided();
    health.well(problem);
    health.well(problem);
    health.trouble(AWAY);
    await failed();
    assert.deepEqual(told, ['degraded', 'degraded']);
    health.well(undefined);
    await decided();
    assert.deepEqual(told, ['degraded', 'degraded', 'running']);
  });

  it('has failed where trying again is of no use', () => {
    const { told, health } = watched();
    health.trouble(new ImError('IM_STORE_BROKEN', { why: 'a page' }));
    assert.deepEqual(told, ['failed']);
  });
});
