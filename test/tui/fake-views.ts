/** What a small cluster would tell: typed by the protocol, so that it cannot tell anything else. */
import type {
  ActList,
  ClusterView,
  ConfigView,
  ConversationDetail,
  ConversationList,
  EventView,
  Overview,
  PluginDetail,
  PluginList,
  StoreView,
} from '../../core/admin/protocol/index.ts';

/** 2026-11-23 12:04:32 UTC. */
export const WALL_MS = Date.UTC(2026, 10, 23, 12, 4, 32);
const HOUR_MS = 3_600_000;

const quantiles = { count: 88_204, p50: 1.4, p90: 3, p99: 18, max: 44 };

export function overviewOf(node: string, changes: Partial<Overview> = {}): Overview {
  return {
    node,
    life: `${node}-life`,
    cluster: 'prod-eu',
    version: '0.1.0',
    standing: node === 'im-a' ? 'active' : 'standby',
    epoch: 17,
    active: 'im-a',
    health: 'running',
    now: WALL_MS,
    startedAt: WALL_MS - 76 * HOUR_MS,
    addresses: [`tcp://10.0.0.${node === 'im-a' ? 1 : 2}:7400`],
    sessions: 1_842,
    rates: { accepted: 34_200, refused: 1, repeated: 3, delivered: 206_800 },
    totals: { accepted: 88_204_113, refused: 12, repeated: 40, delivered: 512_000_000 },
    commitMs: quantiles,
    queue: 12,
    loopDelayMs: 2.4,
    residentBytes: 412_000_000,
    parts: { running: 9, degraded: 0, failed: 0, other: 0 },
    troubles: [],
    ...changes,
  };
}

export function clusterOf(changes: Partial<ClusterView> = {}): ClusterView {
  const node = (name: string, more: object): ClusterView['nodes'][number] => ({
    node: name,
    life: `${name}-life`,
    state: 'standby',
    ready: true,
    leaseLeftMs: 2_400,
    shards: 0,
    priority: 1,
    sessions: 0,
    version: '0.1.0',
    loopDelayMs: 1.2,
    startedAt: WALL_MS - 76 * HOUR_MS,
    addresses: [`tcp://${name}:7400`],
    admin: `http://${name}:7490`,
    ...more,
  });
  return {
    name: 'prod-eu',
    epoch: 17,
    active: 'im-a',
    last: 'im-a',
    policy: 'lease',
    now: WALL_MS,
    shards: 16,
    nodes: [
      node('im-a', { state: 'active', shards: 16, sessions: 1_842 }),
      node('im-b', {}),
      node('im-c', { ready: false, problem: 'IM_CLUSTER_CLOCK' }),
    ],
    takeovers: [
      {
        epoch: 17,
        node: 'im-a',
        from: 'im-b',
        kind: 'failover',
        at: WALL_MS - 385_000,
        openMs: 660,
      },
      {
        epoch: 16,
        node: 'im-b',
        from: 'im-a',
        kind: 'switchover',
        at: WALL_MS - 90 * HOUR_MS,
        openMs: 170,
      },
      { epoch: 15, node: 'im-a', kind: 'start', at: WALL_MS - 500 * HOUR_MS },
    ],
    problems: [],
    ...changes,
  };
}

export const conversationList: ConversationList = {
  total: 3,
  rows: [
    {
      id: 'g/all-hands',
      kind: 'group',
      title: 'Everybody',
      shard: 3,
      head: 19_204,
      members: 9_812,
      online: 611,
      lastAt: WALL_MS - 900,
    },
    {
      id: 'd/alice67/bob64',
      kind: 'direct',
      shard: 7,
      head: 812,
      members: 2,
      online: 2,
      lastAt: WALL_MS - 61_000,
    },
    {
      id: 'g/会議室',
      kind: 'group',
      title: '東京 チーム',
      shard: 1,
      head: 4_118,
      members: 41,
      online: 0,
    },
  ],
};

export const conversationShown: ConversationDetail = {
  ...conversationList.rows[0]!,
  epoch: 17,
  people: [
    { user: 'bob64', role: 'member', online: false, received: 18_000, read: 17_950 },
    { user: 'alice67', role: 'owner', online: true, received: 19_204, read: 19_200 },
  ],
};

const metrics: PluginDetail['metrics'] = [
  {
    name: 'store_append_ms',
    kind: 'histogram',
    help: 'How long an append took, ms.',
    value: 88_204,
    p50: 1.4,
    p90: 3,
    p99: 18,
    max: 44,
  },
  { name: 'store_bytes', kind: 'gauge', help: 'Octets of the file.', value: 412_000_123 },
  {
    name: 'ordering_late_total',
    kind: 'counter',
    help: 'Entries that came after their turn, by kind.',
    value: 7,
    labels: { direct: 2, group: 5 },
  },
];

const plugin = {
  stability: 'stable',
  state: 'running',
  summary: 'Does what it should.',
  startMs: 12,
} as const;

export const pluginList: PluginList = {
  total: 4,
  rows: [
    { ...plugin, name: 'authentication', role: 'authentication', type: 'jwt' },
    { ...plugin, name: 'ordering', role: 'ordering', type: 'arrival' },
    { ...plugin, name: 'persistence', role: 'persistence', type: 'sqlite', startMs: 38 },
    {
      ...plugin,
      name: 'push',
      role: 'consumers',
      type: 'webhook',
      state: 'degraded',
      why: 'answers 503',
      code: 'IM_CONSUMER_FAILING',
      act: 'See why the webhook is away.',
    },
  ],
};

export const pluginShown: PluginDetail = {
  ...pluginList.rows[3]!,
  settings: [
    { path: 'url', value: 'https://push.example/hook', where: 'im.config.yaml:21:5' },
    { path: 'secret', value: '<hidden>', where: 'im.config.yaml:22:5' },
    { path: 'tries', value: '8' },
  ],
  metrics,
};

export const storeView: StoreView = {
  type: 'sqlite',
  durability: 'disk',
  shared: true,
  entriesKept: 88_204_113,
  entriesPerS: 34_200,
  appendsFailed: {},
  commitMs: quantiles,
  batchEntries: { count: 88_204, p50: 12, p90: 38, p99: 120, max: 256 },
  queue: 12,
  progressPending: 40,
  conversationsInMemory: 2_048,
  tailBytes: 9_300_000,
  lanes: [0, 1, 2, 3].map((lane) => ({ lane, queue: lane * 30, inFlight: lane })),
  metrics,
};

export const configView: ConfigView = {
  file: 'im.config.yaml',
  hash: '9f2c51e07a3b4d66',
  settings: [
    { path: 'cluster.lease', value: '3s', where: 'im.config.yaml:31:10' },
    { path: 'cluster.name', value: 'prod-eu', where: 'im.config.yaml:30:9' },
    { path: 'limits.window', value: '64' },
    { path: 'node.name', value: 'im-a', where: 'im.config.yaml:2:9' },
    { path: 'persistence.use', value: 'sqlite', where: 'im.config.yaml:12:8' },
  ],
};

export const actList: ActList = {
  acts: [
    {
      at: WALL_MS - 60_000,
      who: 'ops',
      verb: 'session disconnect',
      input: { id: '7f9f17' },
      outcome: 'done',
    },
    {
      at: WALL_MS - 50_000,
      who: 'guest',
      verb: 'reload',
      input: {},
      outcome: 'refused',
      error: 'IM_ADMIN_FORBIDDEN',
    },
  ],
};

export const eventList: readonly EventView[] = [
  {
    id: 'a.1',
    at: WALL_MS - 385_000,
    level: 'info',
    message: 'this node owns the shards',
    fields: { epoch: 17, from: 'im-b' },
  },
  {
    id: 'a.2',
    at: WALL_MS - 30_000,
    level: 'info',
    part: 'push',
    message: 'the consumer is back',
    fields: {},
  },
  {
    id: 'a.3',
    at: WALL_MS - 1_000,
    level: 'warn',
    part: 'session',
    message: 'a device is slow',
    fields: { user: '王小明', queue: 612 },
  },
  {
    id: 'a.4',
    at: WALL_MS - 500,
    level: 'error',
    message: 'a lane is broken',
    fields: { why: 'out of\u001b[31m disk' },
  },
];
