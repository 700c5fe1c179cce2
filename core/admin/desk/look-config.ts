/** The effective settings, with what is secret hidden, and where each stands in the file. */
import { redact } from '../../config/redact.ts';
import { instancesOf, pathOf, type Settings } from '../../config/settings.ts';
import type { ConfigView, SettingRow } from '../protocol/index.ts';
import { fitsOf } from './rows.ts';

/** `hash` stands for all of them, what is hidden too. */
export function lookConfig(settings: Settings, hash: string, filter: string): ConfigView {
  const fits = fitsOf(filter);
  const rows = settingRows(settings).filter(fits);
  return { file: settings.file, hash, settings: rows };
}

export function settingRows(settings: Settings): readonly SettingRow[] {
  const { blocks, instances } = redact(settings);
  const ofBlocks = Object.entries(blocks).flatMap(([name, values]) => flat(name, values));
  const ofParts = [...new Set(instancesOf(settings))].flatMap((instance) => {
    const shown = instances[instance.name];
    return shown ? flat(pathOf(instance), { use: shown.use, ...shown.config }) : [];
  });
  return [...ofBlocks, ...ofParts].map((row) => {
    const place = settings.places?.get(row.path);
    return { ...row, ...(place && { where: `${settings.file}:${place.line}:${place.column}` }) };
  });
}

function flat(path: string, value: unknown): readonly SettingRow[] {
  if (value === undefined) return [];
  if (value instanceof Object && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, one]) => flat(`${path}.${key}`, one));
  }
  return [{ path, value: typeof value === 'string' ? value : JSON.stringify(value) }];
}
