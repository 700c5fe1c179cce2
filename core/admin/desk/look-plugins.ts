/** The plugins of a node: what they are, how they are, what they count. */
import { instancesOf, pathOf } from '../../config/settings.ts';
import { ImError } from '../../contract/index.ts';
import type { PluginDetail, PluginRow } from '../protocol/index.ts';
import type { Glance } from './inside.ts';
import { settingRows } from './look-config.ts';
import { Series } from './series.ts';

/** Of what is no node only those that it has. */
export function pluginRows({ part, running, settings }: Glance): readonly PluginRow[] {
  const states = new Map(running.states().map((one) => [one.name, one]));
  return [...new Set(instancesOf(settings))].flatMap((instance) => {
    const { name, role, plugin } = instance;
    const { type, summary, stability } = plugin;
    // The supervisor knows a part of which there is one by its role.
    const known = states.get(name) ?? states.get(role);
    if (!known && part !== 'node') return [];
    const { state = 'created', why, code, act, startMs } = known ?? {};
    const row = {
      name,
      role,
      type,
      summary,
      stability,
      state,
      ...(why !== undefined && { why }),
      ...(code !== undefined && { code }),
      ...(act !== undefined && { act }),
      ...(startMs !== undefined && { startMs }),
    };
    return [row];
  });
}

/** @throws ImError IM_ADMIN_UNKNOWN. */
export function pluginDetail(looking: Glance, name: string): PluginDetail {
  const { running, settings } = looking;
  const row = pluginRows(looking).find((one) => one.name === name);
  const instance = instancesOf(settings).find((one) => one.name === name);
  if (!row || !instance) throw new ImError('IM_ADMIN_UNKNOWN', { what: 'plugin', id: name });
  const within = `${pathOf(instance)}.`;
  const own = settingRows(settings).filter(({ path }) => path.startsWith(within));
  const metrics = new Series(running.metrics.snapshot()).of(name);
  return { ...row, settings: own, metrics };
}
