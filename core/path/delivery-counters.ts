/** What is counted on the way to the devices. */
import type { Counter, Metrics } from '../contract/index.ts';

export interface DeliveryCounters {
  readonly sent: Counter;
  readonly again: Counter;
}

export function deliveryCounters(metrics: Metrics): DeliveryCounters {
  return {
    sent: metrics.counter('im_deliveries_total', 'DELIVERs sent, repetitions included.'),
    again: metrics.counter(
      'im_deliveries_again_total',
      'Of these, sent before: unacknowledged here, or in an earlier session.',
      'reason',
    ),
  };
}
