import assert from 'node:assert/strict';
import { Series } from '../../../core/admin/desk/series.ts';
import { metric } from '../../../core/admin/protocol/plugins.ts';
import { MetricsRegistry } from '../../../core/kernel/metrics.ts';

describe('numbers of a node by their names', () => {
  it('leave out a gauge that fails, and show all others', () => {
    const registry = new MetricsRegistry();
    registry.gauge('im_fails', 'Fails.', () => {
      throw new Error('away');
    });
    registry.gauge('im_stands', 'Stands.', () => 7);
    const series = new Series(registry.snapshot());
    assert.equal(series.number('im_fails'), 0);
    assert.deepEqual(
      series.of('').map((one) => [metric.parse(one).name, one.value]),
      [['im_stands', 7]],
    );
  });
});
