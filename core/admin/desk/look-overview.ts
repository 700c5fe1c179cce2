/** One node at a glance. */
import { activeOf, epochOf } from '../../cluster/cluster-view.ts';
import type { Membership } from '../../cluster/membership.ts';
import { healthOf, type PartHealth } from '../../kernel/health.ts';
import { VERSION } from '../../kernel/version.ts';
import type { Overview, Standing, Trouble } from '../protocol/index.ts';
import type { Looking } from './inside.ts';
import type { Rates } from './rates.ts';
import { Series } from './series.ts';

/** What rates are taken of. */
export type Rated = 'accepted' | 'refused' | 'repeated' | 'delivered' | 'kept';

const COUNTERS: Readonly<Record<Rated, string>> = {
  accepted: 'im_commands_accepted_total',
  refused: 'im_commands_refused_total',
  repeated: 'im_commands_repeated_total',
  delivered: 'im_deliveries_total',
  kept: 'im_entries_kept_total',
};

export function ratedOf(series: Series): Readonly<Record<Rated, number>> {
  const values = Object.entries(COUNTERS).map(([key, name]) => [key, series.number(name)]);
  return Object.fromEntries(values) as Record<Rated, number>;
}

export function lookOverview(looking: Looking, rates: Rates<Rated>, startedAt: number): Overview {
  const { running, inside, settings, now } = looking;
  const series = new Series(running.metrics.snapshot());
  const { kept: _kept, ...totals } = ratedOf(series);
  const states = running.states();
  const record = inside.membership?.seen.record;
  const owned = inside.shards.owned();
  const own = owned.length === 0 ? undefined : Math.max(...owned.map(({ epoch }) => epoch));
  const epoch = record ? epochOf(record) : own;
  const active = record ? activeOf(record)?.node : settings.node.name;
  return {
    node: settings.node.name,
    life: inside.life.life,
    ...(settings.cluster && { cluster: settings.cluster.name }),
    version: VERSION,
    standing: standingOf(inside.membership, states),
    ...(epoch !== undefined && { epoch }),
    ...(active !== undefined && { active }),
    health: healthOf(states),
    now,
    startedAt,
    addresses: [...running.addresses],
    sessions: inside.directory.sessions.size,
    rates: {
      accepted: rates.of('accepted'),
      refused: rates.of('refused'),
      repeated: rates.of('repeated'),
      delivered: rates.of('delivered'),
    },
    totals,
    commitMs: series.quantiles('im_commit_ms'),
    queue: inside.lanes.length,
    loopDelayMs: series.number('im_loop_delay_max_ms'),
    residentBytes: series.number('im_resident_bytes'),
    ...sumOf(states),
  };
}

export function standingOf(
  membership: Membership | undefined,
  states: readonly PartHealth[],
): Standing {
  if (!membership) {
    const path = states.find(({ name }) => name === 'path')?.state;
    return path === 'created' || path === 'starting' ? 'starting' : 'alone';
  }
  if (membership.silent !== undefined) return 'silent';
  const standings = {
    joining: 'starting',
    standby: 'standby',
    serving: 'active',
    leaving: 'leaving',
    over: 'leaving',
  } as const;
  return standings[membership.phase];
}

function sumOf(states: readonly PartHealth[]): Pick<Overview, 'parts' | 'troubles'> {
  const parts = { running: 0, degraded: 0, failed: 0, other: 0 };
  const troubles: Trouble[] = [];
  for (const { name, state, why, code, act } of states) {
    const key = state === 'running' || state === 'degraded' || state === 'failed' ? state : 'other';
    parts[key] += 1;
    if (why === undefined) continue;
    troubles.push({ part: name, state, why, ...(code && { code }), ...(act && { act }) });
  }
  return { parts, troubles };
}
