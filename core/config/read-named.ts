/** The blocks that hold several instances of a role, each under a name of its own. */
import { ROLE_FOLDERS } from '../contract/index.ts';
import { INSTANCE_NAME, NAMED_ROLES, SINGLE_ROLES, type NamedRole } from './blocks.ts';
import { readInstance, type InstanceReading } from './read-instance.ts';
import type { Instance } from './settings.ts';
import { kindOf, type TreeEntry, type TreeMap } from './tree.ts';

/** Names that the parts of the kernel bear in logs and health. */
const KERNEL_PARTS: readonly string[] = ['path', 'retention', 'cluster', 'heart', 'gateway'];

type Named = Readonly<Record<NamedRole, readonly Instance[]>>;

/** By role, in the sequence of the file. Every name occurs once in all of them together. */
export async function readNamed(tree: TreeMap, reading: InstanceReading): Promise<Named> {
  const taken = new Map<string, string>();
  const read: Partial<Record<NamedRole, readonly Instance[]>> = {};
  for (const role of NAMED_ROLES) read[role] = await readBlock(role, tree, reading, taken);
  return read as Named;
}

async function readBlock(
  role: NamedRole,
  tree: TreeMap,
  reading: InstanceReading,
  taken: Map<string, string>,
): Promise<readonly Instance[]> {
  const key = ROLE_FOLDERS[role];
  const instances: Instance[] = [];
  for (const [name, entry] of entriesOf(role, tree, reading)) {
    const path = `${key}.${name}`;
    const fault = faultOfName(name, taken);
    if (fault !== undefined) reading.problems.add(entry.place, path, fault);
    taken.set(name, path);
    const spot = { path, place: entry.place };
    const block = { name, role, fallback: undefined, tree: entry.value, spot };
    const instance = await readInstance(block, reading);
    if (instance) instances.push(instance);
  }
  return Object.freeze(instances);
}

function entriesOf(
  role: NamedRole,
  tree: TreeMap,
  reading: InstanceReading,
): Iterable<readonly [string, TreeEntry]> {
  const key = ROLE_FOLDERS[role];
  const found = tree.entries.get(key);
  const block = found?.value;
  if (block?.kind === 'scalar' && block.broken) return [];
  const needed = role === 'transport' && reading.transportsMin > 0;
  if (block?.kind === 'map' && (block.entries.size > 0 || !needed)) return block.entries;
  const empty = block === undefined || (block.kind === 'scalar' && block.value === undefined);
  if (empty && !needed) return [];
  const what = block === undefined ? 'is missing' : `has ${kindOf(block)}`;
  const count = needed ? 'at least one' : 'each by a name of its own';
  const place = found?.place ?? tree.place;
  reading.problems.add(place, key, `${what}; name ${count}, such as ${EXAMPLES[role]}`);
  return [];
}

const EXAMPLES: Readonly<Record<NamedRole, string>> = {
  transport: 'tcp: { use: tcp-tlv, listen: 127.0.0.1:7400 }',
  guard: 'words: { use: word-list, words: [drat] }',
  consumer: 'hook: { use: webhook, url: https://example.org/im }',
};

function faultOfName(name: string, taken: ReadonlyMap<string, string>): string | undefined {
  if (!new RegExp(`^(?:${INSTANCE_NAME})$`).test(name)) {
    return 'has a name that is not a letter and up to 31 letters, digits, _ or -';
  }
  if (SINGLE_ROLES.some((role) => role === name)) {
    return 'has the name of a role; choose another, logs would confuse the two';
  }
  if (KERNEL_PARTS.includes(name)) {
    return 'has the name of a part of the kernel; choose another, logs would confuse the two';
  }
  const other = taken.get(name);
  if (other === undefined) return undefined;
  return `has the name of ${other}; choose another, logs would confuse the two`;
}
