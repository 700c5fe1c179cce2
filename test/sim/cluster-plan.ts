/**
 * Whether a seed has several nodes on its database, and what befalls them. Drawn from a stream of
 * its own: a seed with one node stays as it was.
 */
import type { Replay } from 'im-kernel/contract';
import type { FaultKind, FaultPlan, StoreKind } from './plan.ts';
import { Prng } from './prng.ts';

/** What befalls only nodes that are not alone. */
export const CLUSTER_FAULTS = [
  'node-pause',
  'node-pause-short',
  'node-pause-in-write',
  'database-cut',
  'node-cut',
  'registry-away',
  'switchover',
  'database-clock-jump',
  'takeover',
  'link-cut',
  'heirs-apart',
] as const;

export interface ClusterPlan {
  readonly nodes: number;
  readonly policy: 'standby' | 'manual';
  readonly beatMs: number;
  readonly leaseMs: number;
  readonly tenureMs: number;
  readonly replay: Replay;
  readonly replayWithinMs: number;
  /** The nodes beat over links; undefined: they learn of each other by the store alone. */
  readonly links: { readonly suspectAfterMs: number } | undefined;
  /** Nothing befalls the nodes that would excuse a takeover. */
  readonly steady: boolean;
  readonly faults: readonly FaultPlan[];
}

const STREAM = 0xc105;
/** Of the jumps of the database's clock. */
const JUMPS_STREAM = 0xc10c;
/** Of the links. */
const LINKS_STREAM = 0xc111;
/** Of the policy. */
const POLICY_STREAM = 0xc10f;
/** Of the seeds with a database, which are two of five. */
const SHARE = 0.6;
/** Beats take their time in a slow store, and other calls are between them. */
const LEASE_PER_STORE_MS = 100;
/** What neither stops a node nor comes between it and its store. */
const HARMLESS: ReadonlySet<FaultKind> = new Set([
  'reset',
  'flap',
  'cut',
  'cut-one-way',
  'refuse',
  'slow',
  'client-crash',
  'client-forgets',
  'client-twice',
  'wall-jump',
  'node-pause-short',
  'node-cut',
  'registry-away',
  'switchover',
  'database-clock-jump',
  'link-cut',
]);

/** Drawn apart from the rest. */
const APART: ReadonlySet<FaultKind> = new Set([
  'database-clock-jump',
  'takeover',
  'link-cut',
  'heirs-apart',
]);

/** A stall and a jump together may take a whole lease, and excuse a takeover. */
function withJumps(
  faults: readonly FaultPlan[],
  prng: Prng,
  steady: boolean,
): readonly FaultPlan[] {
  if (!prng.chance(0.4)) return faults;
  const everyMs = prng.between(2_000, 20_000);
  const jumps: FaultPlan = { kind: 'database-clock-jump', everyMs, lastsMs: 0 };
  return [...faults.filter(({ kind }) => !steady || kind !== 'node-pause-short'), jumps];
}

/** Where nobody takes over by himself, an operator does at times. */
function withTakeovers(faults: readonly FaultPlan[], prng: Prng): readonly FaultPlan[] {
  const everyMs = prng.between(3_000, 30_000);
  return prng.chance(0.3) ? faults : [...faults, { kind: 'takeover', everyMs, lastsMs: 0 }];
}

function withLinks(plan: ClusterPlan, prng: Prng): ClusterPlan {
  if (!prng.chance(0.5)) return plan;
  const { leaseMs, steady, faults } = plan;
  const links = { suspectAfterMs: leaseMs * prng.pick([0.2, 0.4, 0.6]) };
  const nodes = prng.chance(0.5) ? 3 : 2;
  const everyMs = prng.between(500, 5_000);
  const lastsMs = prng.pick([0.5, 1, 3]) * leaseMs;
  const cuts: FaultPlan = { kind: 'link-cut', everyMs, lastsMs };
  const deaths: FaultPlan = {
    kind: 'heirs-apart',
    everyMs: prng.between(2_000, 6_000),
    lastsMs: 4 * leaseMs,
  };
  const more = [prng.chance(0.7) ? cuts : [], steady || nodes === 2 ? [] : deaths].flat();
  return { ...plan, nodes, links, faults: [...faults, ...more] };
}

/** `faults`: those of the plan. Undefined: there is one node. */
export function drawCluster(
  seed: number,
  store: StoreKind,
  storeMs: number,
): ClusterPlan | undefined {
  const prng = new Prng(seed ^ STREAM);
  if (store !== 'database' || !prng.chance(SHARE)) return undefined;
  const leaseMs = Math.max(prng.pick([1_000, 2_000, 5_000]), storeMs * LEASE_PER_STORE_MS);
  const steady = prng.chance(0.2);
  const possible = CLUSTER_FAULTS.filter((kind) => {
    return !APART.has(kind) && (!steady || HARMLESS.has(kind));
  });
  const strength = prng.pick([0.5, 1, 3]);
  const apart = new Prng(seed ^ POLICY_STREAM);
  const policy = apart.chance(0.25) ? 'manual' : 'standby';
  const plan: ClusterPlan = {
    policy,
    nodes: prng.chance(0.25) ? 3 : 2,
    beatMs: leaseMs / prng.pick([4, 5, 10]),
    leaseMs,
    tenureMs: prng.pick([0, 2_000, 10_000]),
    replay: prng.pick(['eager', 'on-reconnect', 'per-client']),
    replayWithinMs: prng.pick([500, 5_000, 30_000]),
    links: undefined,
    steady,
    faults: withJumps(
      prng.some(possible, steady ? 0.8 : 0.4).map((kind) => ({
        kind,
        everyMs: prng.between(2_000, 15_000) / strength,
        lastsMs: prng.pick([0.2, 1, 3]) * leaseMs,
      })),
      new Prng(seed ^ JUMPS_STREAM),
      steady,
    ),
  };
  const linked = withLinks(plan, new Prng(seed ^ LINKS_STREAM));
  if (steady || policy === 'standby') return linked;
  return { ...linked, faults: withTakeovers(linked.faults, apart) };
}

/** What befalls the seed in all; `own`: what it would have with one node. */
export function faultsWith(
  own: readonly FaultPlan[],
  cluster: ClusterPlan | undefined,
): readonly FaultPlan[] {
  if (!cluster) return own;
  const { steady, faults } = cluster;
  return [...own.filter(({ kind }) => !steady || HARMLESS.has(kind)), ...faults];
}
