/** The effective settings, with what is secret hidden, and where each stands in the file. */
import { createHash } from 'node:crypto';
import { isNamed } from '../../config/blocks.ts';
import { redact } from '../../config/redact.ts';
import { instancesOf, type Settings } from '../../config/settings.ts';
import type { ConfigView, SettingRow } from '../protocol/index.ts';
import { fitsOf } from './rows.ts';

export function lookConfig(settings: Settings, filter: string): ConfigView {
  const fits = fitsOf(filter);
  const rows = settingRows(settings).filter(fits);
  return { file: settings.file, hash: hashOf(settings), settings: rows };
}

/** Of all that may be seen of the settings: who has seen others has seen another hash. */
export function hashOf(settings: Settings): string {
  const text = JSON.stringify(settingRows(settings));
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export function settingRows(settings: Settings): readonly SettingRow[] {
  const { blocks, instances } = redact(settings);
  const ofBlocks = Object.entries(blocks).flatMap(([name, values]) => flat(name, values));
  const ofParts = [...new Set(instancesOf(settings))].flatMap(({ name, role, path }) => {
    const shown = instances[name];
    const at = path ?? (isNamed(role) ? `${role}s.${name}` : name);
    return shown ? flat(at, { use: shown.use, ...shown.config }) : [];
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
