/** `use: manual`: a node keeps what it has; what changes its owner, an operator moves. */
import {
  definePlugin,
  duration,
  oneOf,
  whole,
  type ClusterView,
  type Failover,
  type FailoverRule,
  type NodeView,
} from 'im-kernel/contract';

const done = Promise.resolve();

class Manual implements Failover {
  readonly rule: FailoverRule;

  constructor(rule: FailoverRule) {
    this.rule = rule;
  }

  start(): Promise<void> {
    return done;
  }
  stop(): Promise<void> {
    return done;
  }

  plan({ self, nodes, shards }: ClusterView): readonly number[] {
    const begins = firstOf(nodes) === self;
    return shards
      .filter(({ owner }) => owner === self || (begins && owner === undefined))
      .map(({ shard }) => shard);
  }
}

/** By priority, then by name, of the nodes that live, are ready and are not suspect. */
function firstOf(nodes: readonly NodeView[]): string | undefined {
  let first: NodeView | undefined;
  for (const node of nodes) {
    if (node.state !== 'live' || !node.ready || node.suspect) continue;
    if (!first || isBefore(node, first)) first = node;
  }
  return first?.name;
}

function isBefore(a: NodeView, b: NodeView): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.name < b.name);
}

export default definePlugin({
  contract: 1,
  role: 'failover',
  type: 'manual',
  summary: 'Each node keeps what it owns; only an operator moves it to another.',
  stability: 'stable',
  config: {
    priority: whole({
      help: 'Of the nodes that start with a new store the lowest owns it; of equals, the first by name.',
      fallback: 100,
      min: 0,
      max: 1_000_000,
    }),
    suspectAfter: duration({
      help: 'A node that is silent on its link for longer is shown as suspect.',
      fallback: 3_000,
      min: 100,
      max: 600_000,
    }),
    replay: oneOf({
      help: 'When consumers get what the last owner had accepted and not handed to them.',
      choices: ['eager', 'on-reconnect', 'per-client'],
      fallback: 'eager',
    }),
    replayWithin: duration({
      help: 'With `replay: on-reconnect`: how long the authors are waited for.',
      fallback: 30_000,
      max: 3_600_000,
    }),
  },
  create: ({ priority, suspectAfter, replay, replayWithin }) =>
    new Manual({
      leased: true,
      priority,
      suspectAfterMs: suspectAfter,
      replay,
      replayWithinMs: replayWithin,
    }),
});
