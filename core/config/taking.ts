/**
 * Which settings a running node takes up, as data: each is here on purpose. A block or a limit that
 * is missing does not compile.
 */
import type { Field, Fields, Role } from '../contract/index.ts';
import type { Blocks } from './blocks.ts';
import type { Limits } from './limits.ts';

/**
 * now: at once. arrivals: for connections that come from then on; one keeps what it was told when
 * it came. restart: when the node starts the next time.
 */
export type Taking = 'now' | 'arrivals' | 'restart';

/** What a connection is told when it comes, or is bounded by from its first byte to its last. */
const OF_A_CONNECTION = {
  helloTimeout: 'arrivals',
  helloFrame: 'arrivals',
  window: 'arrivals',
  heartbeat: 'arrivals',
  retransmit: 'arrivals',
  retransmitTries: 'arrivals',
  ackTimeout: 'arrivals',
  sendTimeout: 'arrivals',
  linger: 'arrivals',
  outputMax: 'arrivals',
  refusalsRemembered: 'arrivals',
  friendsWatched: 'arrivals',
} as const satisfies Partial<Record<keyof Limits, Taking>>;

/** What parts are made with, and have for as long as they live. */
const OF_A_LIFE = {
  // A reader is told of it when it comes, and takes no longer frame: bodies must fit for all.
  maxFrame: 'restart',
  messageMax: 'restart',
  outputHighWater: 'restart',
  lanes: 'restart',
  traceEntries: 'restart',
  traceHops: 'restart',
  traceDevices: 'restart',
} as const satisfies Partial<Record<keyof Limits, Taking>>;

type Elsewhere = keyof typeof OF_A_CONNECTION | keyof typeof OF_A_LIFE;

const AT_ONCE: Readonly<Record<Exclude<keyof Limits, Elsewhere>, 'now'>> = {
  connections: 'now',
  connectionsUnauthenticated: 'now',
  connectionsPerUser: 'now',
  connectionsPerAddress: 'now',
  bodyMax: 'now',
  titleMax: 'now',
  signalMax: 'now',
  messagesPerSecond: 'now',
  messagesBurst: 'now',
  signalsPerSecond: 'now',
  laneQueue: 'now',
  laneBatch: 'now',
  laneBatchBytes: 'now',
  retryAfter: 'now',
  conversationsCached: 'now',
  sendersCached: 'now',
  tailEntries: 'now',
  tailBytes: 'now',
  feedsPerConnection: 'now',
  fanoutPerTurn: 'now',
  groupMembers: 'now',
  actUsers: 'now',
  questions: 'now',
  progressEvery: 'now',
  progressPending: 'now',
  retireEntries: 'now',
  retirePause: 'now',
  retireEvery: 'now',
  replayLook: 'now',
  guardFailures: 'now',
  guardSuspension: 'now',
  gatewayPerSecond: 'now',
  gatewayBurst: 'now',
  gatewayConnections: 'now',
  startTimeout: 'now',
  stopTimeout: 'now',
  drainTimeout: 'now',
};

type BlockTaking = {
  readonly [B in keyof Blocks]: Readonly<Record<keyof NonNullable<Blocks[B]>, Taking>>;
};

const BLOCK_TAKING: BlockTaking = {
  node: { name: 'restart', data: 'restart' },
  cluster: {
    name: 'restart',
    shards: 'restart',
    link: 'restart',
    secretFile: 'restart',
    beat: 'restart',
    lease: 'restart',
    addresses: 'restart',
  },
  gateway: { listen: 'restart' },
  admin: { socket: 'restart', listen: 'restart', tls: 'restart', tokens: 'now' },
  // What was promised to people under one rule is not to be judged by another in the middle.
  chat: { friendsOnly: 'restart', keepBodies: 'restart' },
  log: { level: 'now' },
  limits: { ...AT_ONCE, ...OF_A_CONNECTION, ...OF_A_LIFE },
};

/**
 * anew: a part of this role is made anew from its block and takes the place of the old one. marked:
 * it goes on, and takes up the fields that are marked `live`. restart: none of it.
 */
export type RoleTaking = 'anew' | 'marked' | 'restart';

export const ROLE_TAKING: Readonly<Record<Role, RoleTaking>> = {
  transport: 'marked',
  persistence: 'restart',
  answers: 'restart',
  ordering: 'restart',
  registry: 'restart',
  failover: 'restart',
  authentication: 'anew',
  guard: 'anew',
  consumer: 'anew',
};

/**
 * Of a setting of one of the kernel's own blocks; undefined: it is not in the table. What is inside
 * of a group is marked itself: the group may come and go only by a restart.
 */
export function takingOf(block: string, key: string, field?: Field<unknown>): Taking | undefined {
  const blocks: Readonly<Record<string, Readonly<Record<string, Taking>>>> = BLOCK_TAKING;
  return field?.live ? 'now' : blocks[block]?.[key];
}

/** Of a setting of a plugin's block. */
export function takingIn(role: Role, field: Field<unknown>): Taking {
  const taking = ROLE_TAKING[role];
  if (taking === 'marked') return field.live ? 'now' : 'restart';
  return taking === 'anew' ? 'now' : 'restart';
}

/** True if something in these fields may name a file that is there: it may have changed, too. */
export function namesFiles(fields: Fields, values: unknown): boolean {
  if (values === undefined) return false;
  return Object.entries(fields).some(([key, field]: [string, Field<unknown>]) => {
    const value = (values as Readonly<Record<string, unknown>>)[key];
    if (field.kind === 'group') return namesFiles(field.fields ?? {}, value);
    return field.kind === 'path' && value !== undefined;
  });
}
