import assert from 'node:assert/strict';
import type { Health } from '../../../core/contract/index.ts';
import { joinHealth } from '../../../core/kernel/joined-health.ts';

const running: Health = { state: 'running' };
const degraded = (why: string): Health => ({ state: 'degraded', why });
const failed = (why: string): Health => ({ state: 'failed', why });

describe('health out of two mouths', () => {
  let told: Health[];
  let joined: ReturnType<typeof joinHealth>;
  beforeEach(() => {
    told = [];
    joined = joinHealth((health) => void told.push(health));
  });

  it('is the worse of the two', () => {
    joined.kernel(degraded('it fails'));
    joined.plugin(running);
    joined.plugin(failed('no disk'));
    assert.deepEqual(told, [degraded('it fails'), degraded('it fails'), failed('no disk')]);
  });
  it('is the plugin’s when both are as bad', () => {
    joined.kernel(degraded('it fails'));
    joined.plugin(degraded('my key expires'));
    assert.deepEqual(told.at(-1), degraded('my key expires'));
  });
  it('is good again only when both say so', () => {
    joined.kernel(degraded('it fails'));
    joined.plugin(degraded('my key expires'));
    joined.plugin(running);
    assert.deepEqual(told.at(-1), degraded('it fails'));
    joined.kernel(running);
    assert.deepEqual(told.at(-1), running);
  });
});
