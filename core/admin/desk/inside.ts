/** What the admin API may see of a running node, and the little that it may do to it. */
import type { NodeLife, Persistence } from '../../contract/index.ts';
import type { Membership } from '../../cluster/membership.ts';
import type { Shards } from '../../cluster/shards.ts';
import type { Settings } from '../../config/settings.ts';
import type { PartHealth } from '../../kernel/health.ts';
import type { MetricSnapshot } from '../../kernel/metrics.ts';
import type { Conversations } from '../../path/conversations.ts';
import type { Effects } from '../../path/effects.ts';
import type { Lanes } from '../../path/lanes.ts';
import type { Orderings } from '../../path/orderings.ts';
import type { Tracing } from '../../path/trace/tracing.ts';
import type { Directory } from '../../session/directory.ts';
import type { Operator } from '../operator.ts';
import type { Part } from '../verbs.ts';

/** What is to be seen in a program that may be no node. */
export interface Aside {
  readonly orderings?: Orderings;
  readonly operator?: Operator | undefined;
}

export interface Inside extends Aside {
  readonly life: NodeLife;
  readonly persistence: Persistence;
  readonly shards: Shards;
  readonly lanes: Lanes;
  readonly conversations: Conversations;
  readonly directory: Directory;
  readonly orderings: Orderings;
  /** What it knows of the life of one message. */
  readonly tracing: Tracing;
  readonly effects: Effects;
  /** Undefined: the node is alone. */
  readonly membership: Membership | undefined;
  readonly operator: Operator | undefined;
}

/** A program as the desk finds it: another one after each life of the node. */
export interface Running {
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  readonly metrics: { snapshot(): readonly MetricSnapshot[] };
  /** Absent: it is no node. */
  readonly inside?: Inside;
  /** Of what is no node. */
  readonly aside?: Aside;
  states(): readonly PartHealth[];
}

/** What a verb stands on that can be asked of what is no node, too. */
export interface Glance {
  readonly part: Part;
  readonly running: Running;
  readonly aside: Aside;
  readonly settings: Settings;
  /** Monotonic ms. */
  readonly nowMs: number;
  /** The wall clock's. */
  readonly now: number;
}

/** What a verb stands on. */
export interface Looking extends Glance {
  readonly inside: Inside;
}
