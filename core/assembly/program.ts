/** What the entry sees of a program, whatever it is made of. */
import type { Aside, Inside } from '../admin/desk/inside.ts';
import type { Standing } from '../admin/ready.ts';
import type { Serving } from '../cluster/takeover-log.ts';
import type { Cancel, ImError } from '../contract/index.ts';
import type { PartHealth } from '../kernel/health.ts';
import type { MetricsRegistry } from '../kernel/metrics.ts';
import type { FailedListener } from '../kernel/supervisor.ts';
import type { Reload } from './reload/reload.ts';

export interface Program {
  readonly metrics: MetricsRegistry;
  /** Takes up other settings while it runs. */
  readonly reload: Reload;
  /** Where it listens, with the real ports, once started. */
  readonly addresses: readonly string[];
  /** Where clients ask over HTTP which server is theirs, with the real ports, once started. */
  readonly gateways: readonly string[];
  /** What admins may see and steer of a node; absent: it is none. */
  readonly inside?: Inside;
  /** What they may see of what is no node. */
  readonly aside?: Aside;
  /** Its place among others; undefined: it has none. */
  readonly standing?: Standing | undefined;
  states(): readonly PartHealth[];
  /** Starts every part, or rolls back and rejects with the culprit's name. */
  start(): Promise<void>;
  /** Stops in order; resolves to what went wrong. */
  stop(): Promise<readonly ImError[]>;
  /** `listener` hears of a part that failed while it ran: the program should be stopped. */
  onFailed(listener: FailedListener): Cancel;
  /** `listener` hears when it takes commands, having taken the shards. */
  onServing?(listener: (serving: Serving) => void): Cancel;
  /** `listener` hears that the program should be stopped and made anew: others do its work now. */
  onOver?(listener: (why: string) => void): Cancel;
}
