/** What the admin API refuses is counted for as long as the process lives. */
import type { Counter, Metrics } from '../../contract/index.ts';

export interface AdminCounters {
  /** By code. */
  readonly refused: Counter;
  /** Connections that showed no token and made room for others. */
  readonly turnedAway: Counter;
}

export function adminCounters(metrics: Metrics): AdminCounters {
  const strangers = 'Connections without a token that made room for others.';
  return {
    refused: metrics.counter('im_admin_refused_total', 'Requests of admins refused.', 'code'),
    turnedAway: metrics.counter('im_admin_turned_away_total', strangers),
  };
}
