import assert from 'node:assert/strict';
import type { Health } from 'im-kernel/contract';
import { quietHost } from 'im-kernel/kit';
import { Current } from '../../../core/kernel/current.ts';
import { lend } from '../../../core/kernel/lent-host.ts';

describe('what is there one at a time', () => {
  it('is had to the end by who began with it, and left when nobody has it', async () => {
    const current = new Current('old');
    const step = Promise.withResolvers<void>();
    const seen: string[] = [];
    const using = current.use(async (value) => {
      await step.promise;
      seen.push(value);
    });
    const left = current.exchange('new').then(() => seen.push('left'));
    await current.use((value) => seen.push(value));
    assert.deepEqual(seen, ['new']);
    step.resolve();
    await Promise.all([using, left]);
    assert.deepEqual(seen, ['new', 'old', 'left']);
  });

  it('is left at once where nobody has it, and by who fails with it, too', async () => {
    const current = new Current(1);
    await assert.rejects(current.use(() => Promise.reject(new Error('no'))));
    await current.exchange(2);
    assert.equal(current.value, 2);
  });
});

describe('a host that is lent', () => {
  it('is heard from its opening to its closing, and begins with what was said before', () => {
    const heard: string[] = [];
    const gauges: string[] = [];
    const { metrics, ...rest } = quietHost();
    const lent = lend({
      ...rest,
      metrics: { ...metrics, gauge: (name) => void gauges.push(name) },
      report: (health: Health) => void heard.push(health.state),
    });
    lent.host.report({ state: 'degraded', why: 'slow' });
    lent.host.metrics.gauge('some', 'Some.', () => 1);
    assert.deepEqual([heard, gauges, lent.said.state], [[], [], 'degraded']);
    lent.open();
    lent.host.report({ state: 'running' });
    lent.host.metrics.gauge('more', 'More.', () => 1);
    assert.deepEqual(
      [heard, gauges],
      [
        ['degraded', 'running'],
        ['some', 'more'],
      ],
    );
    lent.close();
    lent.host.report({ state: 'failed', why: 'gone' });
    lent.host.metrics.gauge('late', 'Late.', () => 1);
    assert.deepEqual(
      [heard, gauges],
      [
        ['degraded', 'running'],
        ['some', 'more'],
      ],
    );
  });
});
