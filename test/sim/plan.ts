/**
 * What a seed is about: who takes part, which faults exist at all and how strong they are. Leaving
 * most of them out most of the time finds more than a tuned mean (swarm testing, Groce et al.,
 * ISSTA 2012).
 */
import type { Limits } from '../../core/config/limits.ts';
import { CLUSTER_FAULTS, drawCluster, faultsWith, type ClusterPlan } from './cluster-plan.ts';
import { drawEffects, type EffectsPlan } from './effects-plan.ts';
import { drawOrdering, type OrderingPlan } from './ordering-plan.ts';
import type { PipeShape, Slicing } from './pipe.ts';
import { Prng } from './prng.ts';
import { drawRetention, type RetentionPlan } from './retention-plan.ts';
import { drawRival, type RivalPlan } from './rival-plan.ts';

/** What may befall a node that is alone. */
const FAULTS_ALONE = [
  'reset',
  'flap',
  'cut',
  'cut-one-way',
  'refuse',
  'slow',
  'client-crash',
  'client-forgets',
  'client-twice',
  'node-crash',
  'node-restart',
  'wall-jump',
  'store-slow',
  'store-away',
  'store-full',
  'store-unknown',
  'power-cut',
  'disk-write-fails',
  'disk-sync-fails',
  'database-breaks',
  'database-crash',
] as const;
export const FAULTS = [...FAULTS_ALONE, ...CLUSTER_FAULTS] as const;
export type FaultKind = (typeof FAULTS)[number];

/**
 * memory: gone with the node's process, and the next one has another log. disk: a log file on the
 * disk of the node's machine. database: a server of its own, over the network.
 */
export type StoreKind = 'memory' | 'disk' | 'database';

/** Faults that only befall these stores. */
const ONLY: Readonly<Partial<Record<FaultKind, readonly StoreKind[]>>> = {
  'store-away': ['memory', 'database'],
  'store-unknown': ['memory', 'database'],
  'power-cut': ['disk'],
  'disk-write-fails': ['disk'],
  'disk-sync-fails': ['disk'],
  'database-breaks': ['database'],
  'database-crash': ['database'],
};

export interface FaultPlan {
  readonly kind: FaultKind;
  /** Mean time between two of them. */
  readonly everyMs: number;
  /** Mean time until it heals, where it lasts. */
  readonly lastsMs: number;
}

export interface DevicePlan {
  readonly user: string;
  readonly device: string;
  /** When it first comes. */
  readonly comesAtMs: number;
  /** Mean time of its handler; 0: done at once. */
  readonly handlerMs: number;
  /** Mean time that a write of its outbox takes; 0: done at once. */
  readonly outboxMs: number;
  readonly wallSkewMs: number;
}

export interface Plan {
  readonly seed: number;
  readonly users: readonly string[];
  readonly devices: readonly DevicePlan[];
  readonly groups: readonly string[];
  readonly commands: number;
  /** Mean time between two commands of one device. */
  readonly thinkMs: number;
  /** Probability that a command is one of many at once. */
  readonly burst: number;
  /** Probability that a command is an act rather than a message. */
  readonly acts: number;
  readonly faults: readonly FaultPlan[];
  readonly store: StoreKind;
  readonly storeMs: number;
  readonly highWaterBytes: number;
  readonly friendsOnly: boolean;
  readonly limits: Partial<Limits>;
  readonly shapes: readonly PipeShape[];
  readonly effects: EffectsPlan;
  readonly retention: RetentionPlan;
  readonly ordering: OrderingPlan;
  readonly rival: RivalPlan | undefined;
  /** Undefined: there is one node. */
  readonly cluster: ClusterPlan | undefined;
}

const NAMES = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay'];

function drawDevices(prng: Prng, users: readonly string[]): readonly DevicePlan[] {
  const handlerMs = prng.pick([0, 0, 5, 200]);
  const outboxMs = prng.pick([0, 0, 1, 20]);
  return users.flatMap((user) =>
    Array.from({ length: prng.chance(0.35) ? 2 : 1 }, (_, index) => ({
      user,
      device: `${user[0]}${index + 1}`,
      comesAtMs: prng.chance(index === 0 ? 0.2 : 0.5) ? prng.between(500, 20_000) : 0,
      handlerMs: prng.chance(0.7) ? handlerMs : prng.pick([0, 1000]),
      outboxMs,
      wallSkewMs: prng.chance(0.3) ? prng.between(-7_200_000, 7_200_000) : 0,
    })),
  );
}

function drawFaults(prng: Prng, store: StoreKind): readonly FaultPlan[] {
  if (prng.chance(0.05)) return [];
  const strength = prng.pick([0.5, 1, 3]);
  // A store without durability gives up its log at each end of a node: seldom, or nothing ever
  // grows.
  const rare = (kind: FaultKind): number =>
    store === 'memory' && kind.startsWith('node-') ? 2 : 1;
  const possible = FAULTS_ALONE.filter((kind) => ONLY[kind]?.includes(store) ?? true);
  return prng.some(possible, prng.pick([0.15, 0.3, 0.5])).map((kind) => ({
    kind,
    everyMs: (prng.between(1_000, 15_000) * rare(kind)) / strength,
    lastsMs: prng.pick([50, 500, 3_000, 15_000]),
  }));
}

function drawShapes(prng: Prng): readonly PipeShape[] {
  const slicings: readonly Slicing[] = prng.pick([
    ['whole'],
    ['whole', 'slices'],
    ['slices'],
    ['whole', 'slices', 'slices', 'octets'],
  ]);
  const latencyMs = prng.pick([0.1, 1, 20, 150]);
  return slicings.map((slicing) => ({ latencyMs, jitterMs: latencyMs * prng.next() * 3, slicing }));
}

/** Small bounds, so that what happens at a bound happens. */
function drawLimits(prng: Prng): Partial<Limits> {
  return {
    window: prng.pick([32, 32, 64]),
    heartbeat: prng.pick([1_000, 3_000, 10_000]),
    retransmit: prng.pick([200, 500, 2_000]),
    laneQueue: prng.pick([8, 64, 20_000]),
    laneBatch: prng.pick([16, 64, 1_024]),
    lanes: prng.pick([1, 1, 3]),
    conversationsCached: prng.pick([16, 20_000]),
    sendersCached: prng.pick([8, 256]),
    tailEntries: prng.pick([1, 8, 128]),
    feedsPerConnection: prng.pick([16, 512]),
    refusalsRemembered: prng.pick([128, 1_024]),
    progressEvery: prng.pick([1, 50, 2_000]),
    sendTimeout: prng.pick([5_000, 30_000]),
    ackTimeout: prng.pick([10_000, 60_000]),
    retryAfter: prng.pick([50, 500]),
    messagesPerSecond: prng.chance(0.15) ? 20 : 0,
  };
}

/** `store`: this kind whatever the seed says. */
export function drawPlan(seed: number, store?: StoreKind): Plan {
  const prng = new Prng(seed);
  const users = NAMES.slice(0, prng.between(3, 6));
  const kind = store ?? prng.pick(['memory', 'disk', 'disk', 'database', 'database'] as const);
  const plan = {
    seed,
    users,
    devices: drawDevices(prng, users),
    groups: ['g/tea', 'g/sea', 'g/pea'].slice(0, prng.between(1, 3)),
    commands: prng.between(100, 400),
    thinkMs: prng.pick([20, 200, 1_000]),
    burst: prng.pick([0, 0.05, 0.2]),
    acts: prng.pick([0.05, 0.2, 0.4]),
    faults: drawFaults(prng.fork(), kind),
    store: kind,
    storeMs: prng.pick([0, 0.5, 5, 60]),
    friendsOnly: prng.chance(0.1),
    highWaterBytes: prng.pick([256, 4_096, 262_144]),
    // By the seed alone: drawn by chance, it would make another run of every seed.
    limits: { ...drawLimits(prng), fanoutPerTurn: [512, 1, 3][seed % 3] ?? 512 },
    shapes: drawShapes(prng),
    effects: drawEffects(seed),
    retention: drawRetention(seed),
    ordering: drawOrdering(seed),
  };
  const cluster = drawCluster(seed, kind, plan.storeMs);
  const faults = faultsWith(plan.faults, cluster);
  return { ...plan, faults, cluster, rival: cluster ? undefined : drawRival(plan) };
}
