/** What is counted on the way to the devices. */
import type { Counter, Metrics } from '../contract/index.ts';

export interface DeliveryCounters {
  readonly sent: Counter;
  readonly again: Counter;
  /** Those that the flight recorder had no room for. */
  readonly unnoted: Counter;
}

export function deliveryCounters(metrics: Metrics): DeliveryCounters {
  return {
    sent: metrics.counter('im_deliveries_total', 'DELIVERs sent, repetitions included.'),
    again: metrics.counter(
      'im_deliveries_again_total',
      'Of these, sent before: unacknowledged here, or in an earlier session.',
      'reason',
    ),
    unnoted: metrics.counter(
      'im_trace_left_out_total',
      'Deliveries that `im trace` does not know: beyond limits.traceDevices of their message.',
    ),
  };
}
