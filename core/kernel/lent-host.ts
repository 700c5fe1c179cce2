/** A host for what may be exchanged while the node runs: heard only while it is the one. */
import type { Health, Host, Metrics } from '../contract/index.ts';

export interface Lent {
  readonly host: Host;
  /** What it said of itself last. */
  readonly said: Health;
  /** It is the one: what it said and measures is seen from now on. */
  open(): void;
  /** Another one has followed: nothing that it says is heard any more. */
  close(): void;
}

/** Not heard yet: counters and the log are shared, gauges and reports wait. */
export function lend(host: Host): Lent {
  let state: 'held' | 'open' | 'closed' = 'held';
  let said: Health = { state: 'running' };
  const gauges: Parameters<Metrics['gauge']>[] = [];
  const { metrics } = host;
  const own: Metrics = {
    counter: (...named) => metrics.counter(...named),
    histogram: (...named) => metrics.histogram(...named),
    gauge: (...named) => {
      if (state === 'open') metrics.gauge(...named);
      else if (state === 'held') gauges.push(named);
    },
  };
  const report = (health: Health): void => {
    said = health;
    if (state === 'open') host.report(health);
  };
  return {
    host: { ...host, metrics: own, report },
    get said() {
      return said;
    },
    open() {
      state = 'open';
      for (const named of gauges.splice(0)) metrics.gauge(...named);
      host.report(said);
    },
    close() {
      state = 'closed';
    },
  };
}
