/** What a node is made of. */
import type {
  Clock,
  Component,
  Failover,
  Log,
  NodeLife,
  Persistence,
  Registry,
  Transport,
} from '../contract/index.ts';
import type { Operator } from '../admin/operator.ts';
import type { HttpGateway } from './http-gateway.ts';
import type { FirstCrew } from './reload/create-reload.ts';
import type { Reload } from './reload/reload.ts';
import type { Limits } from '../config/limits.ts';
import type { Membership } from '../cluster/membership.ts';
import type { Shards } from '../cluster/shards.ts';
import type { Whereabouts } from '../cluster/whereabouts.ts';
import type { MetricsRegistry } from '../kernel/metrics.ts';
import type { Supervisor } from '../kernel/supervisor.ts';
import type { Effects } from '../path/effects.ts';
import type { Conversations } from '../path/conversations.ts';
import type { Lanes } from '../path/lanes.ts';
import type { Orderings } from '../path/orderings.ts';
import type { Progress } from '../path/progress.ts';
import type { RecentAnswers } from '../path/recent-answers.ts';
import type { Retention } from '../path/retention.ts';
import type { FlightRecorder } from '../path/trace/flight-recorder.ts';
import type { Tracing } from '../path/trace/tracing.ts';
import type { Directory } from '../session/directory.ts';
import type { Door } from '../session/door.ts';
import type { Wheel } from '../session/wheel.ts';

export interface Named<C extends Component> {
  readonly name: string;
  readonly component: C;
}

export interface Parts {
  readonly name: string;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: MetricsRegistry;
  readonly supervisor: Supervisor;
  readonly reload: Reload;
  readonly components: {
    readonly persistence: Persistence;
    readonly registry: Registry;
    readonly failover: Failover;
    /** A membership, or what stands for it where the node is alone. */
    readonly cluster: Component;
  };
  /** What tells the others that this node lives; undefined: the node is alone. */
  readonly heart: Component | undefined;
  /** Undefined: the node is alone. */
  readonly membership: Membership | undefined;
  /** What an operator does to the cluster; undefined: the node is alone. */
  readonly operator: Operator | undefined;
  readonly life: NodeLife;
  readonly whereabouts: Whereabouts;
  /** Undefined: this node tells nobody over HTTP who serves. */
  readonly gateway: HttpGateway | undefined;
  /** Which ordering each kind of conversation has. */
  readonly kinds: Orderings;
  /** One for all conversations, or one for each kind. */
  readonly orderings: readonly Named<Component>[];
  /** Of the role `answers`; undefined: there is none. */
  readonly cache: Component | undefined;
  readonly crew: FirstCrew;
  readonly transports: readonly Named<Transport>[];
  readonly door: Door;
  readonly shards: Shards;
  readonly lanes: Lanes;
  readonly recent: RecentAnswers;
  readonly effects: Effects;
  readonly recorder: FlightRecorder;
  readonly tracing: Tracing;
  /** Undefined: bodies are kept for ever. */
  readonly retention: Retention | undefined;
  readonly progress: Progress;
  readonly wheel: Wheel;
  readonly directory: Directory;
  readonly conversations: Conversations;
}
