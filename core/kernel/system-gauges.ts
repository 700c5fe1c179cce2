/**
 * What the process itself says of its load: only a real node has these, a simulated one has not.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Cancel, Clock, Metrics } from '../contract/index.ts';

/** How often the event loop is probed: what is shorter than this is not seen. */
const probeMs = 10;
const nsPerMs = 1_000_000;
/** A delay is shown for a minute, give or take one of these: so each of several readers sees it. */
const spanMs = 15_000;
const spans = 4;

/** Probes the event loop; what is told is the longest delay since it was told last, ms. */
export function watchLoop(): { readonly takeMaxMs: () => number; readonly stop: Cancel } {
  const delays = monitorEventLoopDelay({ resolution: probeMs });
  delays.enable();
  return {
    takeMaxMs() {
      const maxMs = longestOf(delays);
      delays.reset();
      return Math.round(maxMs * 10) / 10;
    },
    stop: () => void delays.disable(),
  };
}

function longestOf(delays: { readonly max: number }): number {
  return Math.max(0, delays.max / nsPerMs - probeMs);
}

export interface SystemGauges {
  /** The longest delay is that from now on. */
  readonly forget: () => void;
  readonly stop: Cancel;
}

/** Adds the gauges and begins to probe. */
export function addSystemGauges(metrics: Metrics, clock: Clock): SystemGauges {
  const delays = monitorEventLoopDelay({ resolution: probeMs });
  let earlierMs: readonly number[] = [];
  const longestMs = (): number => longestOf(delays);
  delays.enable();
  const nextSpan = (): void => {
    earlierMs = [longestMs(), ...earlierMs].slice(0, spans);
    delays.reset();
    cancel = clock.after(spanMs, nextSpan);
  };
  let cancel = clock.after(spanMs, nextSpan);
  metrics.gauge(
    'im_loop_delay_max_ms',
    'Longest delay of the event loop within the last minute, or since the metrics were logged.',
    () => Math.round(Math.max(longestMs(), ...earlierMs) * 10) / 10,
  );
  metrics.gauge('im_resident_bytes', 'Memory of the process that is resident.', () =>
    process.memoryUsage.rss(),
  );
  return {
    forget: () => {
      earlierMs = [];
      delays.reset();
    },
    stop: () => {
      cancel();
      delays.disable();
    },
  };
}
