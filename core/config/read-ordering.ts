/** The block `ordering`: one plugin for every conversation, or one for each kind of them. */
import { ORDERED_KINDS } from './blocks.ts';
import { unknownKey } from './read-fields.ts';
import { readInstance, type Block, type InstanceReading } from './read-instance.ts';
import type { Instance, OrderingInstances } from './settings.ts';
import { below, type Tree, type TreeMap } from './tree.ts';

/** Undefined after a problem was reported. */
export async function readOrdering(
  block: Block,
  reading: InstanceReading,
): Promise<OrderingInstances | undefined> {
  const { tree } = block;
  if (!isPerKind(tree)) {
    const one = await readInstance(block, reading);
    return one && forBoth(one, block);
  }
  checkKeys(tree, block, reading);
  const direct = await readInstance(ofKind('direct', tree, block), reading);
  const group = await readInstance(ofKind('group', tree, block), reading);
  return direct && group && Object.freeze({ direct, group });
}

/** One plugin with the same settings: one instance, or one for each kind if it wants that. */
function forBoth(one: Instance, { spot }: Block): OrderingInstances {
  if (one.plugin.perKind !== true) return Object.freeze({ direct: one, group: one });
  const of = (kind: (typeof ORDERED_KINDS)[number]): Instance =>
    Object.freeze({ ...one, name: below(spot.path, kind) });
  return Object.freeze({ direct: of('direct'), group: of('group') });
}

/** A key that is nearly a kind counts, too: it holds a block that names a plugin. */
function isPerKind(tree: Tree | undefined): tree is TreeMap {
  if (tree?.kind !== 'map') return false;
  if (ORDERED_KINDS.some((kind) => tree.entries.has(kind))) return true;
  if (tree.entries.has('use')) return false;
  return [...tree.entries.values()].some(
    ({ value }) => value.kind === 'map' && value.entries.has('use'),
  );
}

function checkKeys(tree: TreeMap, { spot }: Block, { problems }: InstanceReading): void {
  for (const [key, { place }] of tree.entries) {
    if (ORDERED_KINDS.some((kind) => kind === key)) continue;
    const both = 'stands beside direct or group; name one plugin for all, or one for each kind';
    const wrong = key === 'use' ? both : unknownKey(key, ORDERED_KINDS);
    problems.add(place, below(spot.path, key), wrong);
  }
}

function ofKind(kind: (typeof ORDERED_KINDS)[number], tree: TreeMap, block: Block): Block {
  const found = tree.entries.get(kind);
  const path = below(block.spot.path, kind);
  const spot = { path, place: found?.place ?? block.spot.place };
  return { ...block, name: path, tree: found?.value, spot };
}
