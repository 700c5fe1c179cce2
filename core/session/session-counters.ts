/** What the sessions of a node count. */
import type { Counter, Metrics } from '../contract/index.ts';

export interface SessionCounters {
  readonly opened: Counter;
  readonly closed: Counter;
  readonly errors: Counter;
  readonly dropped: Counter;
  readonly cutFrames: Counter;
  readonly pings: Counter;
  readonly moved: Counter;
}

export function sessionCounters(metrics: Metrics): SessionCounters {
  return {
    opened: metrics.counter('im_sessions_opened_total', 'Connections taken.'),
    closed: metrics.counter('im_sessions_closed_total', 'Of these, over: however they ended.'),
    errors: metrics.counter(
      'im_session_errors_total',
      'Connections ended with ERROR, by code.',
      'code',
    ),
    dropped: metrics.counter(
      'im_sessions_dropped_total',
      'Connections dropped, by reason.',
      'reason',
    ),
    cutFrames: metrics.counter('im_frames_cut_total', 'Connections that ended within a frame.'),
    pings: metrics.counter('im_pings_sent_total', 'PINGs sent, by what asked for them.', 'reason'),
    moved: metrics.counter('im_sessions_moved_total', 'Connections sent to another node.'),
  };
}
