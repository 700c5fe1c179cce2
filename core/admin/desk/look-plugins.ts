/** The plugins of a node: what they are, how they are, what they count. */
import { instancesOf } from '../../config/settings.ts';
import { ImError } from '../../contract/index.ts';
import type { PluginDetail, PluginRow } from '../protocol/index.ts';
import type { Looking } from './inside.ts';
import { settingRows } from './look-config.ts';
import { Series } from './series.ts';

export function pluginRows({ running, settings }: Looking): readonly PluginRow[] {
  const states = new Map(running.states().map((one) => [one.name, one]));
  return [...new Set(instancesOf(settings))].map((instance) => {
    const { name, role, plugin } = instance;
    const { type, summary, stability } = plugin;
    // The supervisor knows a part of which there is one by its role.
    const part = states.get(name) ?? states.get(role);
    const { state = 'created', why, code, act, startMs } = part ?? {};
    return {
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
  });
}

/** @throws ImError IM_ADMIN_UNKNOWN. */
export function pluginDetail(looking: Looking, name: string): PluginDetail {
  const { running, settings } = looking;
  const row = pluginRows(looking).find((one) => one.name === name);
  const instance = instancesOf(settings).find((one) => one.name === name);
  if (!row || !instance) throw new ImError('IM_ADMIN_UNKNOWN', { what: 'plugin', id: name });
  const path = instance.path ?? name;
  const own = settingRows(settings).filter((one) => one.path.startsWith(`${path}.`));
  const metrics = new Series(running.metrics.snapshot()).of(name);
  return { ...row, settings: own, metrics };
}
