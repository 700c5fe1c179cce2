/** A pair over a PostgreSQL of its own; the pair is gone before the database goes. */
import { FaultDatabase, type DatabaseParts } from '../fault-database.ts';
import type { Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import type { Pair } from './pair.ts';
import type { PairParts } from './pair-parts.ts';
import { withPair } from './with-pair.ts';

type Play = (pair: Pair, database: FaultDatabase) => Promise<void>;

/**
 * Makes what plays so. `viaOf`: between a node and the database, from the database's port to the
 * one that the node dials.
 */
export function onPostgres(
  ground: Ground,
  database: DatabaseParts = {},
  viaOf?: (node: string, port: number) => number,
): (parts: PairParts, play: Play) => Promise<Findings> {
  return async (parts, play) => {
    const server = await FaultDatabase.in(ground.folder, database.host);
    try {
      const persistenceOf =
        viaOf &&
        ((node: string) =>
          server.store({ ...database, via: (port) => viaOf(node, port) }).settings);
      const all = { ...parts, ...(persistenceOf && { persistenceOf }) };
      return await withPair({ ...all, store: () => server.store(database) }, (pair) =>
        play(pair, server),
      );
    } finally {
      await server.clear();
    }
  };
}
