/** Which plugins there are: ours, and those that a configuration names besides. */
import { loadSettings } from '../core/config/load-settings.ts';
import { instancesOf, type Settings } from '../core/config/settings.ts';
import type { AnyPlugin, Role } from '../core/contract/index.ts';
import { discover, knownPlugins } from '../core/kernel/discover.ts';
import type { Io } from './io.ts';

/** @throws ConfigError with every problem of the file. `withoutTransports`: it may name none. */
export function load(
  file: string,
  io: Pick<Io, 'env'>,
  withoutTransports = false,
): Promise<Settings> {
  return loadSettings(file, {
    env: io.env,
    find: discover,
    known: knownTypes,
    withoutTransports,
  });
}

async function knownTypes(role: Role): Promise<readonly string[]> {
  return (await knownPlugins(role)).map((plugin) => plugin.type);
}

/**
 * Ours first. A configuration that cannot be loaded adds nothing: `im check` is there to say why.
 */
export async function allPlugins(file: string, io: Io): Promise<readonly AnyPlugin[]> {
  const ours = await knownPlugins();
  const settings = await load(file, io).catch(() => undefined);
  const named = settings === undefined ? [] : instancesOf(settings).map((one) => one.plugin);
  return [...new Set([...ours, ...named])];
}
