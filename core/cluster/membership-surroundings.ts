/** What a membership stands in. */
import type {
  Clock,
  Failover,
  Health,
  Log,
  NodeLife,
  Persistence,
  Register,
  Registry,
} from '../contract/index.ts';
import type { Moved } from '../wire/frames.ts';
import type { Lease } from './lease.ts';
import type { NodeCard } from './node-card.ts';
import type { Shards } from './shards.ts';
import type { Whereabouts } from './whereabouts.ts';

/** Where clients come in. */
export interface Entrance {
  /** Clients that are here. */
  readonly size: number;
  /** Everybody here, and whoever comes, is sent away, and nothing else is said to them. */
  shut(to: Moved): void;
  reopen(): void;
}

export interface MembershipSurroundings {
  readonly beatMs: number;
  readonly leaseMs: number;
  readonly persistence: Persistence;
  readonly register: Register;
  readonly registry: Registry;
  readonly failover: Failover;
  readonly shards: Shards;
  readonly lease: Lease;
  readonly whereabouts: Whereabouts;
  readonly clock: Clock;
  readonly log: Log;
  /** This node's card as it would be announced now. */
  readonly card: () => NodeCard;
  /** Hears of the others' cards, each time that they were read. */
  readonly met?: (cards: ReadonlyMap<string, NodeCard>) => void;
  /** Lets the others know at once that this node would hand over; else they see it in time. */
  readonly leaving?: () => void;
  readonly report: (health: Health) => void;
  readonly door: Entrance;
  /** All shards are this node's: it should serve. `from`: who owned them before. */
  readonly serve: (from: NodeLife | undefined) => void;
  /** Takes in nothing more, answers what it owes, and sends the clients to the addresses. */
  readonly drain: () => Promise<void>;
  /** Nothing is this node's any more: it should end, and may come back as another life. */
  readonly over: (why: string) => void;
}
