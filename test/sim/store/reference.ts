/** The reference store, which holds the state of every simulated one. */
import type { Persistence, Random } from 'im-kernel/contract';
import memory from '../../../plugins/persistence/memory/index.ts';
import { quietHost } from '../../kit/quiet-host.ts';

/** Empty; its log's name comes from `random`. */
export function reference(shards: number, random: Random): Persistence {
  return memory.create({ shards }, quietHost({ random }));
}
