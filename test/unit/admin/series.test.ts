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
    // The state of a part says as much.
    registry.gauge('im_part_trouble', 'Of this part.', () => 0);
    const series = new Series(registry.snapshot());
    assert.equal(series.number('im_fails'), 0);
    assert.deepEqual(
      series.of('').map((one) => [metric.parse(one).name, one.value]),
      [['im_stands', 7]],
    );
  });

  it('tell how many fell into each step of a histogram, from the first to the last of them', () => {
    const registry = new MetricsRegistry();
    const histogram = registry.of('ordering').histogram('late_ms', 'How late.');
    const seen = (): unknown =>
      metric.parse(new Series(registry.snapshot()).of('ordering')[0]).steps;
    assert.equal(seen(), undefined);
    for (const value of [1, 1.5, 1.6, 7, 300_000]) histogram.record(value);
    const steps = seen() as readonly { upTo: number; count: number }[];
    assert.deepEqual(steps.slice(0, 4), [
      { upTo: 1, count: 1 },
      { upTo: 2, count: 2 },
      { upTo: 4, count: 0 },
      { upTo: 8, count: 1 },
    ]);
    assert.deepEqual(steps.at(-1), { upTo: 300_000, count: 1 });
  });
});
