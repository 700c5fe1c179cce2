/** The kinds of stores that a seed may play with. */
import type { StoreKind } from '../plan.ts';
import { DatabaseShelf } from './database-shelf.ts';
import { DiskShelf } from './disk-shelf.ts';
import type { LogMutant } from './log-file.ts';
import { MemoryShelf } from './memory-shelf.ts';
import type { Shelf, ShelfParts } from './shelf.ts';

export function makeShelf(kind: StoreKind, parts: ShelfParts, mutant?: LogMutant): Shelf {
  if (kind === 'memory') return new MemoryShelf(parts);
  if (kind === 'disk') return new DiskShelf(parts, mutant);
  return new DatabaseShelf(parts);
}
