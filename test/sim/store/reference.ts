/** The reference store, which holds the state of every simulated one. */
import type { Persistence, Random } from 'im-kernel/contract';
import { MemoryStore } from '../../../plugins/persistence/memory/memory-store.ts';
import type { Times } from './store-clock.ts';

/** Empty; its log's name comes from `random`, its leases run on `clock`. */
export function reference(shards: number, random: Random, clock: Times): Persistence {
  return new MemoryStore(shards, { random, clock });
}
