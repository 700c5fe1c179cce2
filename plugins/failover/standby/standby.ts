/**
 * One active node, any number of backups. What has an owner that lives is left alone. What has none
 * goes to the heir: the first by priority, then by name, of the nodes that live, are ready and are
 * not suspect. There is no fail-back: a node that comes back is a backup.
 */
import type { ClusterView, Failover, FailoverRule, NodeView, Replay } from 'im-kernel/contract';

export interface StandbySettings {
  readonly priority: number;
  /** ms. */
  readonly tenure: number;
  /** ms. */
  readonly suspectAfter: number;
  readonly replay: Replay;
  /** ms. */
  readonly replayWithin: number;
}

const done = Promise.resolve();

export class Standby implements Failover {
  readonly rule: FailoverRule;
  readonly #minTenureMs: number;

  constructor({ priority, tenure, suspectAfter, replay, replayWithin }: StandbySettings) {
    this.rule = {
      leased: true,
      priority,
      suspectAfterMs: suspectAfter,
      replay,
      replayWithinMs: replayWithin,
    };
    this.#minTenureMs = tenure;
  }

  start(): Promise<void> {
    return done;
  }
  stop(): Promise<void> {
    return done;
  }

  plan({ self, nodes, shards, tenureMs }: ClusterView): readonly number[] {
    const states = new Map(nodes.map(({ name, state }) => [name, state]));
    const inherits = heirOf(nodes) === self;
    const isFree = (owner: string | undefined): boolean => {
      const state = owner === undefined ? undefined : states.get(owner);
      if (state === 'live') return false;
      // A lease that has run out may be a slow store or a slow node: ownership that moves to and
      // fro for it would cost more than waiting. A node that is gone, or has left, is certain.
      return state !== 'over' || tenureMs >= this.#minTenureMs;
    };
    return shards
      .filter(({ owner }) => owner === self || (inherits && isFree(owner)))
      .map(({ shard }) => shard);
  }
}

/**
 * A suspect node is passed over: it may have hung with its lease still running, and would otherwise
 * keep the others from taking over. If it takes the shards all the same, the store lets in one.
 */
function heirOf(nodes: readonly NodeView[]): string | undefined {
  let heir: NodeView | undefined;
  for (const node of nodes) {
    if (node.state !== 'live' || !node.ready || node.suspect) continue;
    if (!heir || isBefore(node, heir)) heir = node;
  }
  return heir?.name;
}

function isBefore(a: NodeView, b: NodeView): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.name < b.name);
}
