/**
 * What the process itself says of its load: only a real node has these, a simulated one has not.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Cancel, Metrics } from '../contract/index.ts';

/** How often the event loop is probed: what is shorter than this is not seen. */
const probeMs = 10;
const nsPerMs = 1_000_000;

/**
 * Adds the gauges and begins to probe; probing ends with what this returns. The longest delay is
 * that since somebody last looked.
 */
export function addSystemGauges(metrics: Metrics): Cancel {
  const { takeMaxMs, stop } = watchLoop();
  metrics.gauge(
    'im_loop_delay_max_ms',
    'Longest delay of the event loop since the last look.',
    takeMaxMs,
  );
  metrics.gauge('im_resident_bytes', 'Memory of the process that is resident.', () =>
    process.memoryUsage.rss(),
  );
  return stop;
}

/** Probes the event loop; what is told is the longest delay since it was told last. */
export function watchLoop(): { readonly takeMaxMs: () => number; readonly stop: Cancel } {
  const delays = monitorEventLoopDelay({ resolution: probeMs });
  delays.enable();
  return {
    takeMaxMs() {
      const maxMs = Math.max(0, delays.max / nsPerMs - probeMs);
      delays.reset();
      return Math.round(maxMs * 10) / 10;
    },
    stop: () => void delays.disable(),
  };
}
