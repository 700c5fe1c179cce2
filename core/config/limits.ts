/** Every bound of a node, by name: the `limits` block of the configuration. */
import { duration, size, whole, type Values } from '../contract/index.ts';

export const LIMITS = {
  connections: whole({ help: 'Connections of this node.', fallback: 20_000, min: 1 }),
  connectionsUnauthenticated: whole({
    help: 'Connections that have not said HELLO yet.',
    fallback: 12_000,
    min: 1,
  }),
  connectionsPerUser: whole({ help: 'Live connections of one user.', fallback: 16, min: 1 }),
  connectionsPerAddress: whole({
    help: 'Live connections from one network address; 0: no bound.',
    fallback: 0,
    min: 0,
  }),
  helloTimeout: duration({ help: 'From connecting to HELLO.', fallback: 10_000, min: 100 }),
  helloFrame: size({ help: 'The longest HELLO.', fallback: 16_384, min: 1024 }),
  maxFrame: size({
    help: 'The longest frame of a client.',
    fallback: 65_536,
    min: 4096,
    max: 16_777_216,
  }),
  messageMax: size({
    help: 'The longest WebSocket message: one or more frames.',
    fallback: 1_048_576,
    min: 65_536,
  }),
  bodyMax: size({
    help: 'The longest body of a message.',
    fallback: 60_000,
    min: 1,
    max: 16_777_216,
  }),
  titleMax: size({ help: 'The longest title of a group.', fallback: 256, min: 1, max: 4096 }),
  signalMax: size({ help: 'The longest body of a signal.', fallback: 1024, min: 0, max: 65_536 }),
  window: whole({
    help: 'Commands in flight from, and unacknowledged deliveries to, one connection.',
    fallback: 64,
    min: 32,
    max: 4096,
  }),
  heartbeat: duration({
    help: 'Silence after which either side sends PING.',
    fallback: 20_000,
    min: 200,
  }),
  retransmit: duration({
    help: 'Without progress of its deliveries, a connection is asked after this; doubles.',
    fallback: 2_000,
    min: 50,
  }),
  retransmitTries: whole({
    help: 'Tries that a client makes before it reconnects.',
    fallback: 3,
    min: 1,
    max: 100,
  }),
  ackTimeout: duration({
    help: 'Without progress of its deliveries, a connection is closed after this.',
    fallback: 60_000,
    min: 1_000,
  }),
  sendTimeout: duration({
    help: 'A connection whose output does not drain for this long is closed.',
    fallback: 30_000,
    min: 100,
  }),
  linger: duration({
    help: 'Input discarded for this long after an ERROR.',
    fallback: 2_000,
    min: 0,
  }),
  outputHighWater: size({
    help: 'Output buffered by a transport for one connection before its feeding stops.',
    fallback: 262_144,
    min: 16_384,
  }),
  outputMax: size({
    help: 'Output owed to one connection on top of that; more closes it.',
    fallback: 4_194_304,
    min: 65_536,
  }),
  messagesPerSecond: whole({
    help: 'Commands of one user per second; 0: no bound.',
    fallback: 0,
    min: 0,
  }),
  messagesBurst: whole({
    help: 'Commands of one user at once, above the rate.',
    fallback: 100,
    min: 1,
  }),
  signalsPerSecond: whole({
    help: 'Signals of one user per second; more are dropped; 0: no bound.',
    fallback: 50,
    min: 0,
  }),
  laneQueue: whole({
    help: 'Commands waiting in one lane; more get `busy`.',
    fallback: 20_000,
    min: 1,
  }),
  laneBatch: whole({ help: 'Commands kept in one batch.', fallback: 1_024, min: 1, max: 100_000 }),
  laneBatchBytes: size({
    help: 'Bytes of bodies kept in one batch.',
    fallback: 4_194_304,
    min: 65_536,
  }),
  lanes: whole({ help: 'Lanes; shards are spread over them.', fallback: 1, min: 1, max: 64 }),
  retryAfter: duration({
    help: 'What a passing refusal tells a client to wait.',
    fallback: 500,
    min: 10,
  }),
  refusalsRemembered: whole({
    help: 'Refused commands that a session remembers for late copies.',
    fallback: 1_024,
    min: 16,
  }),
  conversationsCached: whole({
    help: 'Conversations held in memory; more only while they are in use.',
    fallback: 20_000,
    min: 16,
  }),
  sendersCached: whole({
    help: 'Sending devices held in memory, per conversation.',
    fallback: 256,
    min: 8,
  }),
  tailEntries: whole({
    help: 'Recent entries held in memory, per conversation; for a while up to twice as many.',
    fallback: 128,
    min: 1,
  }),
  tailBytes: size({
    help: 'What recent entries take in memory, all together.',
    fallback: 67_108_864,
    min: 65_536,
  }),
  feedsPerConnection: whole({
    help: 'Conversations whose place one connection holds in memory.',
    fallback: 512,
    min: 16,
  }),
  fanoutPerTurn: whole({
    help: 'Connections told of new entries, and written to, in one turn of the event loop.',
    fallback: 512,
    min: 1,
  }),
  groupMembers: whole({ help: 'Members of a group.', fallback: 10_000, min: 2, max: 100_000 }),
  actUsers: whole({ help: 'Users named by one act.', fallback: 500, min: 1, max: 10_000 }),
  friendsWatched: whole({
    help: 'Friends of one user whose presence is told.',
    fallback: 5_000,
    min: 1,
  }),
  questions: whole({ help: 'Questions of one connection in work at once.', fallback: 4, min: 1 }),
  progressEvery: duration({
    help: 'Cursors and marks are kept this often; a crash sets them back by as much.',
    fallback: 50,
    min: 1,
    max: 60_000,
  }),
  progressPending: whole({
    help: 'Cursors and marks waiting to be kept.',
    fallback: 100_000,
    min: 100,
  }),
  retireEntries: whole({
    help: 'Entries looked at in one piece when old bodies are retired.',
    fallback: 128,
    min: 1,
    max: 10_000,
  }),
  retirePause: duration({
    help: 'The pause after such a piece.',
    fallback: 20,
    min: 1,
    max: 60_000,
  }),
  retireEvery: duration({
    help: 'How often old bodies are looked for.',
    fallback: 60_000,
    min: 100,
  }),
  replayLook: whole({
    help: 'After a takeover: entries looked at in a shard, and users awaited by all, for `replay`.',
    fallback: 10_000,
    min: 1,
    max: 1_000_000,
  }),
  guardFailures: whole({
    help: 'Failures of a guard in a row after which it is left out for a while.',
    fallback: 5,
    min: 1,
  }),
  guardSuspension: duration({
    help: 'How long a failing guard is left out before one message tries it again.',
    fallback: 10_000,
    min: 100,
  }),
  gatewayPerSecond: whole({
    help: 'Questions that the gateway answers per second; 0: no bound.',
    fallback: 1_000,
    min: 0,
  }),
  gatewayBurst: whole({
    help: 'Questions answered at once, above that rate.',
    fallback: 4_000,
    min: 1,
  }),
  gatewayConnections: whole({
    help: 'Connections to the gateway; more are cut.',
    fallback: 4_000,
    min: 1,
  }),
  traceEntries: whole({
    help: 'Commands whose way the node remembers, the latest; 0: none.',
    fallback: 16_384,
    min: 0,
    max: 1_000_000,
  }),
  traceHops: whole({
    help: 'Deliveries, marks and effects that it remembers besides, the latest; 0: none.',
    fallback: 65_536,
    min: 0,
    max: 10_000_000,
  }),
  traceDevices: whole({
    help: 'Deliveries of one message that it remembers.',
    fallback: 16,
    min: 0,
  }),
  startTimeout: duration({ help: 'For the start of each part.', fallback: 30_000, min: 100 }),
  stopTimeout: duration({ help: 'For the stop of each part.', fallback: 15_000, min: 100 }),
  drainTimeout: duration({
    help: 'For finishing the lanes and closing connections at a stop.',
    fallback: 10_000,
    min: 100,
  }),
} as const;

/** Durations in ms, sizes in bytes. */
export type Limits = Values<typeof LIMITS>;
