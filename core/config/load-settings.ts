/**
 * Room config: a YAML file → checked settings. It knows fields, not plugins: those come through
 * `find`. Every problem of the file is found in one go, each with its line and column.
 */
import { dirname, resolve } from 'node:path';
import { BLOCKS, DEFAULT_USE, SINGLE_ROLES, TOP_KEYS } from './blocks.ts';
import type { Blocks, SingleRole } from './blocks.ts';
import { checkAdmin } from './check-admin.ts';
import { checkCluster } from './check-cluster.ts';
import { checkLimits } from './check-limits.ts';
import { checkPorts } from './check-ports.ts';
import type { Environment } from './interpolate.ts';
import { nearest } from './nearest.ts';
import { parse } from './parse.ts';
import { Problems } from './problem.ts';
import { readField } from './read-fields.ts';
import { readBounded, readText, type ReadFile } from './read-file.ts';
import {
  isAbsent,
  readInstance,
  type Find,
  type InstanceReading,
  type Known,
} from './read-instance.ts';
import { readNamed } from './read-named.ts';
import { readOrdering } from './read-ordering.ts';
import type {
  ConsumerInstance,
  GuardInstance,
  Instance,
  OrderingInstances,
  Settings,
} from './settings.ts';
import { placesIn, type TreeMap } from './tree.ts';

export interface LoadOptions {
  /** Where `${NAME}` is looked up. */
  readonly env: Environment;
  /** Absent: the disk. */
  readonly readFile?: ReadFile;
  readonly find: Find;
  /** The file may name no transport: whoever runs it needs none. */
  readonly withoutTransports?: boolean;
  /** Names our own plugins of a role, for messages. Absent: messages name none. */
  readonly known?: Known;
}

/**
 * @throws ConfigError with all problems; ImError IM_CONFIG_MISSING when the file cannot be read.
 */
export async function loadSettings(file: string, options: LoadOptions): Promise<Settings> {
  const { env, readFile = readBounded, find, known = () => Promise.resolve([]) } = options;
  const transportsMin = options.withoutTransports === true ? 0 : 1;
  const problems = new Problems(file);
  const folder = dirname(resolve(file));
  const source = await readText(file, readFile, problems);
  const tree = source === undefined ? undefined : parse(source, env, problems);
  const parts = tree && (await readParts(tree, { problems, folder, find, known, transportsMin }));
  problems.throwIfAny();
  return Object.freeze({ file, folder, ...(parts as Parts) });
}

type Parts = Omit<Settings, 'file' | 'folder'>;
type Singles = Pick<Settings, SingleRole>;

/** What could not be read is undefined; then a problem was reported and nobody sees the parts. */
async function readParts(tree: TreeMap, reading: InstanceReading): Promise<Parts> {
  checkTopKeys(tree, reading.problems);
  const blocks = readBlocks(tree, reading);
  const named = await readNamed(tree, reading);
  const singles: Partial<Record<SingleRole, Instance | OrderingInstances | undefined>> = {};
  for (const role of SINGLE_ROLES) singles[role] = await readSingle(role, tree, reading);
  checkLimits(blocks.limits, tree, reading.problems);
  checkPorts(named.transport, blocks, tree, reading.problems);
  checkAdmin(blocks.admin, tree, reading.problems);
  checkCluster(blocks.cluster, tree, reading.problems);
  return {
    places: placesIn(tree),
    ...blocks,
    ...(singles as Singles),
    transports: named.transport,
    guards: named.guard as readonly GuardInstance[],
    consumers: named.consumer as readonly ConsumerInstance[],
  };
}

function checkTopKeys(tree: TreeMap, problems: Problems): void {
  for (const [key, { place }] of tree.entries) {
    if (TOP_KEYS.some((known) => known === key)) continue;
    const near = nearest(key, TOP_KEYS);
    const known = `known: ${TOP_KEYS.join(', ')}`;
    problems.add(place, key, `is unknown; ${near === undefined ? known : `did you mean ${near}?`}`);
  }
}

function readBlocks(tree: TreeMap, reading: InstanceReading): Blocks {
  const values = Object.entries(BLOCKS).map(([path, field]) => {
    const found = tree.entries.get(path);
    const place = found?.place ?? tree.place;
    return [path, readField(field, found?.value, { path, place }, reading)];
  });
  return Object.fromEntries(values) as Blocks;
}

function readSingle(
  role: SingleRole,
  tree: TreeMap,
  reading: InstanceReading,
): Promise<Instance | OrderingInstances | undefined> {
  const found = tree.entries.get(role);
  const spot = { path: role, place: found?.place ?? tree.place };
  const fallback = DEFAULT_USE[role];
  if (fallback === undefined && isAbsent(found?.value)) return Promise.resolve(undefined);
  const block = { name: role, role, fallback, tree: found?.value, spot };
  return role === 'ordering' ? readOrdering(block, reading) : readInstance(block, reading);
}
