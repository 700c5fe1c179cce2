/** One node at a glance. */
import { activeOf, epochOf } from '../../cluster/cluster-view.ts';
import type { Membership } from '../../cluster/membership.ts';
import { healthOf, type PartHealth } from '../../kernel/health.ts';
import { VERSION } from '../../kernel/version.ts';
import type { Overview, Standing, Trouble } from '../protocol/index.ts';
import type { Glance, Inside } from './inside.ts';
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

/** `life`: of the process, which what is no node has no other than. */
export function lookOverview(
  looking: Glance,
  rates: Rates<Rated>,
  { startedAt, life }: { readonly startedAt: number; readonly life: string },
): Overview {
  const { part, running, settings, now } = looking;
  const series = new Series(running.metrics.snapshot());
  const { kept: _kept, ...totals } = ratedOf(series);
  const states = running.states();
  const { inside } = running;
  const standing = part === 'node' ? 'starting' : part;
  const other = { life, standing, sessions: 0, queue: 0 } as const;
  return {
    node: settings.node.name,
    ...(inside ? nodeOf(inside, looking, states) : other),
    ...(settings.cluster && { cluster: settings.cluster.name }),
    version: VERSION,
    health: healthOf(states),
    now,
    startedAt,
    addresses: [...running.addresses, ...(inside ? [] : running.gateways)],
    rates: {
      accepted: rates.of('accepted'),
      refused: rates.of('refused'),
      repeated: rates.of('repeated'),
      delivered: rates.of('delivered'),
    },
    totals,
    commitMs: series.quantiles('im_commit_ms'),
    loopDelayMs: series.number('im_loop_delay_max_ms'),
    residentBytes: series.number('im_resident_bytes'),
    ...sumOf(states),
  };
}

function nodeOf(inside: Inside, { settings }: Glance, states: readonly PartHealth[]) {
  const { life, membership, shards, directory, lanes } = inside;
  const record = membership?.seen.record;
  const owned = shards.owned();
  const own = owned.length === 0 ? undefined : Math.max(...owned.map(({ epoch }) => epoch));
  const epoch = record ? epochOf(record) : own;
  const active = record ? activeOf(record)?.node : settings.node.name;
  return {
    life: life.life,
    standing: standingOf(membership, states),
    ...(epoch !== undefined && { epoch }),
    ...(active !== undefined && { active }),
    sessions: directory.sessions.size,
    queue: lanes.length,
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
