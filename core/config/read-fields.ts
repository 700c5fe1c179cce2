/** Tree → values, as a plugin's fields describe them. Reports every problem and goes on. */
import type { Field, Fields } from '../contract/index.ts';
import { nearest } from './nearest.ts';
import type { Place, Problems } from './problem.ts';
import { absolute, readScalar } from './read-scalar.ts';
import { below, kindOf, type Tree } from './tree.ts';

export interface Reading {
  readonly problems: Problems;
  /** Relative paths are taken from here. */
  readonly folder: string;
}

/** Where a value stands, or would stand. */
export interface Spot {
  readonly path: string;
  readonly place: Place;
}

export type Config = Readonly<Record<string, unknown>>;

/**
 * Reads one block. Keys in `besides` belong to somebody else. What could not be read is undefined;
 * then a problem was reported.
 */
export function readFields(
  fields: Fields,
  tree: Tree | undefined,
  spot: Spot,
  reading: Reading,
  besides: readonly string[] = [],
): Config {
  const values: Record<string, unknown> = {};
  const entries = tree?.kind === 'map' ? tree.entries : new Map<string, never>();
  const known = [...Object.keys(fields), ...besides];
  for (const [key, { place }] of entries) {
    if (known.includes(key)) continue;
    reading.problems.add(place, below(spot.path, key), unknownKey(key, known));
  }
  for (const [key, field] of Object.entries(fields)) {
    const path = below(spot.path, key);
    const found = entries.get(key)?.value;
    values[key] = readField(field, found, { path, place: found?.place ?? spot.place }, reading);
  }
  return Object.freeze(values);
}

/** What to say of a key that nobody knows. */
export function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  if (near !== undefined) return `is unknown; did you mean ${near}?`;
  return known.length === 0
    ? 'is unknown; nothing can be set here'
    : `is unknown; known: ${known.join(', ')}`;
}

/** Reads one setting; `tree` undefined: it is not in the file. */
export function readField(
  field: Field<unknown>,
  tree: Tree | undefined,
  spot: Spot,
  reading: Reading,
): unknown {
  if (tree === undefined) return whenAbsent(field, spot, reading);
  if (tree.kind === 'scalar' && tree.broken) return undefined;
  if (field.kind === 'group') return readGroup(field, tree, spot, reading);
  if (field.kind === 'listOf') return readList(field, tree, spot, reading);
  if (tree.kind !== 'scalar')
    return report(spot, reading, `must be a single value, not ${kindOf(tree)}`);
  if (tree.value === undefined) {
    return report(spot, reading, 'has no value; give one or remove the line');
  }
  const outcome = readScalar(tree, field, reading.folder);
  return 'wrong' in outcome ? report(spot, reading, outcome.wrong) : outcome.value;
}

function report(spot: Spot, reading: Reading, message: string): undefined {
  reading.problems.add(spot.place, spot.path, message);
  return undefined;
}

function whenAbsent(field: Field<unknown>, spot: Spot, reading: Reading): unknown {
  if (field.fallback !== undefined) return local(field, field.fallback, reading.folder);
  if (field.optional) return undefined;
  if (field.kind === 'group') return readFields(field.fields ?? {}, undefined, spot, reading);
  return report(spot, reading, `is missing: ${field.help}`);
}

/** A fallback as it arrives: paths in it are relative to the file as if they stood there. */
function local(field: Field<unknown>, fallback: unknown, folder: string): unknown {
  if (field.kind === 'path' && typeof fallback === 'string') return absolute(fallback, folder);
  if (field.kind === 'listOf' && Array.isArray(fallback)) {
    const { item } = field;
    return Object.freeze(fallback.map((one) => (item ? local(item, one, folder) : one)));
  }
  return fallback;
}

function readGroup(field: Field<unknown>, tree: Tree, spot: Spot, reading: Reading): unknown {
  const empty = tree.kind === 'scalar' && tree.value === undefined;
  if (empty) return whenAbsent(field, spot, reading);
  if (tree.kind === 'map') return readFields(field.fields ?? {}, tree, spot, reading);
  return report(spot, reading, `must be a block of settings, not ${kindOf(tree)}`);
}

function readList(field: Field<unknown>, tree: Tree, spot: Spot, reading: Reading): unknown {
  const { item, min = 0, max = Number.MAX_SAFE_INTEGER } = field;
  if (tree.kind !== 'list' || !item) {
    return report(spot, reading, `must be a list such as [a, b], not ${kindOf(tree)}`);
  }
  const { length } = tree.items;
  if (length < min) return report(spot, reading, `must have at least ${min} items`);
  if (length > max) return report(spot, reading, `must have at most ${max} items`);
  const values = tree.items.map((one, i) =>
    readField(item, one, { path: below(spot.path, i), place: one.place }, reading),
  );
  return Object.freeze(values);
}
