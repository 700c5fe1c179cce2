import assert from 'node:assert/strict';
import { fakeClock, until } from 'im-kernel/kit';
import { MetricsRegistry } from '../../../core/kernel/metrics.ts';
import { addSystemGauges } from '../../../core/kernel/system-gauges.ts';

const STALL_MS = 80;

function stall(): void {
  const end = performance.now() + STALL_MS;
  while (performance.now() < end);
}

describe('the gauges of the process', () => {
  it('show a stall of the loop to every reader for a minute, or until it is to be forgotten', async () => {
    const registry = new MetricsRegistry();
    const clock = fakeClock();
    const gauges = addSystemGauges(registry, clock);
    const read = (name: string): number => {
      const found = registry.snapshot().find((one) => one.name === name);
      return found?.kind === 'gauge' ? found.value : NaN;
    };
    const delayMs = (): number => read('im_loop_delay_max_ms');
    try {
      await until(() => (stall(), delayMs() >= STALL_MS / 2), 'a stall that is seen');
      const seenMs = delayMs();
      assert.ok(delayMs() >= seenMs, 'the second reader sees it, too');
      for (let span = 0; span < 4; span += 1) clock.advance(15_000);
      assert.ok(delayMs() >= seenMs, 'and so does one within the minute');
      clock.advance(15_000);
      assert.ok(delayMs() < seenMs);
      await until(() => (stall(), delayMs() >= STALL_MS / 2), 'another stall');
      gauges.forget();
      assert.ok(delayMs() < STALL_MS / 2);
      assert.ok(read('im_resident_bytes') > 1_000_000);
    } finally {
      gauges.stop();
    }
  });
});
