/** What a file says, with the place of every value: all that the rest of the room knows of YAML. */
import type { Place } from './problem.ts';

export interface Scalar {
  readonly kind: 'scalar';
  readonly place: Place;
  /** `undefined`: nothing is written (`key:`). */
  readonly value: string | number | boolean | undefined;
  /** As it stands in the file, variables not filled in: for messages. */
  readonly written: string;
  /**
   * The value was an environment variable and nothing else: it is text as well as what it looks
   * like.
   */
  readonly text?: string;
  /** A problem was reported here already; say no more. */
  readonly broken: boolean;
}

export interface TreeList {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Tree[];
}

export interface TreeMap {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, TreeEntry>;
}

/** A key of a map: where it stands, and what it holds. */
export interface TreeEntry {
  readonly place: Place;
  readonly value: Tree;
}

export type Tree = Scalar | TreeList | TreeMap;

/** True when a problem was reported of a value in it, so that it cannot be judged as a whole. */
export function isBroken(tree: Tree | undefined): boolean {
  if (tree?.kind === 'list') return tree.items.some(isBroken);
  if (tree?.kind === 'map') return [...tree.entries.values()].some(({ value }) => isBroken(value));
  return tree?.broken ?? false;
}

/** Where a value stands; of what is not there: the nearest key above it that is. */
export function placeIn(tree: TreeMap, keys: readonly string[]): Place {
  let place = tree.place;
  let inner: Tree = tree;
  for (const [at, key] of keys.entries()) {
    const entry: TreeEntry | undefined = inner.kind === 'map' ? inner.entries.get(key) : undefined;
    if (!entry) return place;
    place = at === keys.length - 1 ? entry.value.place : entry.place;
    inner = entry.value;
  }
  return place;
}

/** Where every key stands, by its dotted path. */
export function placesIn(tree: TreeMap, path = ''): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const [key, { place, value }] of tree.entries) {
    const own = below(path, key);
    places.set(own, place);
    if (value.kind !== 'map') continue;
    for (const [inner, at] of placesIn(value, own)) places.set(inner, at);
  }
  return places;
}

/** How the path goes on below. */
export function below(path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}.${key}`;
}

/** What a value is, in the words of a problem. */
export function kindOf(tree: Tree): string {
  if (tree.kind === 'map') return 'a block of settings';
  if (tree.kind === 'list') return 'a list';
  return tree.value === undefined ? 'nothing' : brief(tree.written);
}

const BRIEF_MAX = 60;

/** Keeps a message readable whatever was written. */
export function brief(written: string): string {
  const shown = written.length > BRIEF_MAX ? `${written.slice(0, BRIEF_MAX)}…` : written;
  return `"${shown}"`;
}
