/**
 * One block of the file that names a plugin → an instance: the plugin found, its settings checked.
 */
import {
  ImError,
  reasonOf,
  ROLE_FOLDERS,
  text,
  type AnyPlugin,
  type Field,
  type Fields,
  type Role,
} from '../contract/index.ts';
import { nearest } from './nearest.ts';
import { readField, readFields, type Config, type Reading, type Spot } from './read-fields.ts';
import { addedSettings, settingsOf } from './role-settings.ts';
import type { Instance } from './settings.ts';
import { isBroken, type Tree } from './tree.ts';

/**
 * Turns a `use:` into a plugin; rejects with an ImError that says what is wrong. The kernel's
 * `discover`.
 */
export type Find = (role: Role, use: string, folder: string) => Promise<AnyPlugin>;
/** The names of our own plugins of a role. */
export type Known = (role: Role) => Promise<readonly string[]>;

export interface InstanceReading extends Reading {
  readonly find: Find;
  readonly known: Known;
  /** 0: the file may name no transport. */
  readonly transportsMin: 0 | 1;
}

export interface Block {
  readonly name: string;
  readonly role: Role;
  /** The plugin when `use:` is absent; undefined: it must be there. */
  readonly fallback: string | undefined;
  /** Undefined: the block is not in the file. */
  readonly tree: Tree | undefined;
  readonly spot: Spot;
}

/** Undefined after a problem was reported. */
export async function readInstance(
  block: Block,
  reading: InstanceReading,
): Promise<Instance | undefined> {
  const { name, role, spot } = block;
  const { problems } = reading;
  const tree = isAbsent(block.tree) ? undefined : block.tree;
  if (tree && tree.kind !== 'map') {
    if (tree.kind === 'scalar' && tree.broken) return undefined;
    const hint = tree.kind === 'scalar' ? `: { use: ${tree.written} }` : '';
    problems.add(spot.place, spot.path, `must be a block that names a plugin${hint}`);
    return undefined;
  }
  const plugin = await readUse({ ...block, tree }, reading);
  if (!plugin) return undefined;
  const before = problems.count;
  const all = readFields(settingsOf(plugin), tree, spot, reading, ['use']);
  if (problems.count > before || isBroken(tree)) return undefined;
  const config = pick(all, plugin.config);
  const added = pick(all, addedSettings(role));
  for (const wrong of crossCheck(plugin, config)) problems.add(spot.place, spot.path, wrong);
  const { path } = spot;
  return Object.freeze({ name, role, type: plugin.type, plugin, config, added, path });
}

function pick(all: Config, fields: Fields): Config {
  return Object.freeze(Object.fromEntries(Object.keys(fields).map((key) => [key, all[key]])));
}

/** True for a block that is not there, or has nothing in it. */
export function isAbsent(tree: Tree | undefined): boolean {
  return !tree || (tree.kind === 'scalar' && tree.value === undefined && !tree.broken);
}

async function readUse(block: Block, reading: InstanceReading): Promise<AnyPlugin | undefined> {
  const { role, fallback, tree, spot } = block;
  const found = tree?.kind === 'map' ? tree.entries.get('use')?.value : undefined;
  const at: Spot = { path: `${spot.path}.use`, place: found?.place ?? spot.place };
  if (!found && fallback === undefined) {
    const names = (await reading.known(role)).join(', ');
    reading.problems.add(at.place, at.path, `is missing: the plugin to use; known: ${names}`);
    return undefined;
  }
  const use = readField(useField(fallback), found, at, reading);
  if (typeof use !== 'string') return undefined;
  try {
    return await reading.find(role, use, reading.folder);
  } catch (error) {
    reading.problems.add(at.place, at.path, await whyNotFound(error, role, use, reading.known));
    return undefined;
  }
}

function useField(fallback: string | undefined): Field<string> {
  const help = 'The plugin: one of ours, a path, or a package.';
  return text(fallback === undefined ? { help, min: 1 } : { help, min: 1, fallback });
}

async function whyNotFound(error: unknown, role: Role, use: string, known: Known): Promise<string> {
  if (!(error instanceof ImError)) return `cannot be used: ${reasonOf(error)}`;
  if (error.code !== 'IM_PLUGIN_UNKNOWN') return `${error.message}. ${error.act}`;
  const names = await known(role);
  const near = nearest(use, names);
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  const own = `a path (./${ROLE_FOLDERS[role]}/my-plugin) or an installed package`;
  return `no ${role} plugin is named "${use}"${meant || '.'} Known: ${names.join(', ')}; or ${own}`;
}

/** The plugin's own rules. It is not ours: what it throws is a problem too, not our end. */
export function crossCheck(plugin: AnyPlugin, config: Config): readonly string[] {
  try {
    return plugin.check?.(config) ?? [];
  } catch (error) {
    return [`could not be checked, the plugin's check failed: ${reasonOf(error)}`];
  }
}
