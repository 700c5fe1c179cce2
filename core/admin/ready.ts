/**
 * Whether a program is alive, and whether it serves, each with the reason: for whoever starts it
 * again, and for whoever sends it clients.
 */
import type { Membership } from '../cluster/membership.ts';
import type { ErrorCode } from '../contract/index.ts';
import type { PartHealth } from '../kernel/health.ts';

/** A node's place among others. */
export interface Standing {
  readonly phase: Membership['phase'];
  /** Its own lease is over: it answers nobody, whatever it owns. */
  readonly silent: boolean;
}

export interface Finding {
  readonly ok: boolean;
  readonly why: string;
}

/** Why a node in this phase serves nobody. */
const IDLE: Readonly<Record<Exclude<Standing['phase'], 'serving'>, string>> = {
  joining: 'it joins its cluster',
  standby: 'it stands by: another node serves',
  leaving: 'it hands over to another node, or stops',
  over: 'another node owns what it owned',
};

/** What leaves a part running, and nobody served. */
const UNSERVED: ReadonlySet<ErrorCode> = new Set(['IM_SHARD_TAKEN', 'IM_SEQUENCER_FENCED']);

/** Nothing failed. A standby lives; so does what starts, stops, or is in trouble that passes. */
export function liveness(parts: readonly PartHealth[]): Finding {
  const failed = parts.filter(({ state }) => state === 'failed');
  if (failed.length > 0) return { ok: false, why: told(failed) };
  return { ok: true, why: 'no part failed' };
}

/**
 * It serves clients now: everything runs, and what it serves is its own. A part in trouble that
 * passes is named, and no reason to send clients away: another node would have the same, or would
 * have taken over.
 */
export function readiness(parts: readonly PartHealth[], standing: Standing | undefined): Finding {
  const alive = liveness(parts);
  if (!alive.ok) return alive;
  const { phase = 'serving', silent = false } = standing ?? {};
  if (phase !== 'serving') return { ok: false, why: IDLE[phase] };
  if (silent) return { ok: false, why: 'its lease is over: another node may serve' };
  const unserved = parts.filter(({ code }) => code !== undefined && UNSERVED.has(code));
  if (unserved.length > 0) return { ok: false, why: told(unserved) };
  const degraded = parts.filter(({ state }) => state === 'degraded');
  const others = parts.filter(({ state }) => state !== 'running' && state !== 'degraded');
  if (others.length > 0 || parts.length === 0) return { ok: false, why: told(others) };
  return { ok: true, why: degraded.length > 0 ? told(degraded) : 'every part runs' };
}

function told(parts: readonly PartHealth[]): string {
  const each = parts.map(({ name, state, why }) => {
    return why === undefined ? `${name} is ${state}` : `${name} is ${state}: ${why}`;
  });
  return each.length > 0 ? each.join('; ') : 'it has no parts';
}
