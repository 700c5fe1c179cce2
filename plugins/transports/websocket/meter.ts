import type { Counter, Metrics } from 'im-kernel/contract';

export interface Meter {
  readonly bytesIn: Counter;
  readonly bytesOut: Counter;
  /** Labelled by reason. */
  readonly refused: Counter;
  /** Labelled by WebSocket close code. */
  readonly faults: Counter;
}

export function makeMeter(metrics: Metrics, connections: () => number): Meter {
  metrics.gauge('transport_connections', 'Connections now open.', connections);
  return {
    bytesIn: metrics.counter('transport_in_bytes_total', 'Bytes of messages received from peers.'),
    bytesOut: metrics.counter(
      'transport_out_bytes_total',
      'Bytes of messages handed over for peers.',
    ),
    refused: metrics.counter(
      'transport_refused_total',
      'Connections that ended before the kernel saw them, by reason.',
      'reason',
    ),
    faults: metrics.counter(
      'transport_faults_total',
      'Connections closed over a breach of the WebSocket protocol or a limit, by close code.',
      'code',
    ),
  };
}
