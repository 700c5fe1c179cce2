/** What links take from outside. */
import type { Clock, Random } from '../../contract/index.ts';
import type { Secret } from './handshake.ts';
import type { Network } from './network.ts';

export interface LinkMeans {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  /** Rejects with IM_LINK_SECRET. `make`: makes the file if it is absent. */
  readonly readSecret: (file: string, how: 'read' | 'make') => Promise<Secret>;
}
