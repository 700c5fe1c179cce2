/** What a pair is made of. */
import type { Configured } from '../../sim/node-history.ts';
import type { CastParts } from '../cast.ts';
import type { StageStore } from '../stage-store.ts';
import type { Place } from './pair-node.ts';

export interface PairParts extends Pick<CastParts, 'ground' | 'dial' | 'linger' | 'spoil'> {
  /** Made from the folder of the stage; default: sqlite, in there. */
  readonly store?: (folder: string) => StageStore;
  /** Of a node, where they differ from the store's. */
  readonly persistenceOf?: (node: string) => Readonly<Record<string, unknown>>;
  /** Where a node runs; default: on loopback. */
  readonly placeOf?: (node: string) => Place;
  readonly failover?: Readonly<Record<string, unknown>>;
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly limits?: Readonly<Record<string, unknown>>;
  readonly ordering?: Readonly<Record<string, unknown>>;
  /** What that ordering promises, for the checkers. */
  readonly ordered?: Pick<Configured, 'totalOrder' | 'timeOrder'>;
}
