/**
 * Where the log of the simulated world lives, and what a node's lives see of it. (As in the kit's
 * judge of stores: the shelf stays, what stands on it is opened again.)
 */
import { definePlugin, type Host, type Persistence, type Plugin } from 'im-kernel/contract';
import type { Life } from '../life.ts';
import type { Direction } from '../link.ts';
import type { Prng } from '../prng.ts';
import type { Situations } from '../situations.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { Ledger } from './ledger.ts';
import type { StoreTrouble } from './trouble.ts';

export interface ShelfParts {
  readonly world: VirtualClock;
  readonly situations: Situations;
  readonly ledger: Ledger;
  readonly shards: number;
  /** Mean time of a write; reads take a third. */
  readonly storeMs: number;
  /** Draws of its own. */
  readonly prng: Prng;
  /** Stands between the node and the store: breaks a rule on purpose. */
  readonly spoil: (store: Persistence, prng: Prng) => Persistence;
}

/** What one kind of store does not have befalls it without effect. */
export interface Shelf {
  readonly trouble: StoreTrouble;
  /** The state as it stands, without delays; undefined if no life has opened it yet. */
  readonly store: Persistence | undefined;
  /** The store of one life of a node. */
  open(life: Life, prng: Prng, host: Host): Persistence;
  nodeEnded(): void;
  /** The machine that the node ran on lost its power. */
  cutPower(): void;
  /** No room is left; answers how there is room again. */
  fill(): () => void;
  /** Every connection to the store breaks. */
  breakConnections(): void;
  /** The store's own server crashes; answers how it comes back. */
  crash(): () => void;
  /** The wall clock of the store's own server jumps. */
  jump(byMs: number): void;
  /** Comes between a node and the store, until `mend`. */
  cutOff(actor: string, ways: readonly Direction[]): void;
  mend(actor: string): void;
  /**
   * When the lease of a life of a node ends, world ms, whatever befalls the store's clock;
   * undefined: never.
   */
  leaseEndMs(life: string): number | undefined;
  /** Everything is well again, and stays so. */
  heal(): void;
  /** Whether a fault explains that this life of the node failed, or did not start. */
  excuses(life: Life): boolean;
  /** What a cold reader finds, once the last node has stopped. */
  cold(): Promise<Persistence>;
  /** The cold read of the log at the end. */
  readBack(): Promise<void>;
}

/** The persistence plugin for one life of a node. */
export function simPersistence(shelf: Shelf, life: Life, prng: Prng): Plugin<'persistence'> {
  return definePlugin({
    contract: 1,
    role: 'persistence',
    type: 'simulated',
    summary: 'The store of the simulated world.',
    stability: 'experimental',
    config: {},
    create: (_config, host) => shelf.open(life, prng, host),
  });
}
