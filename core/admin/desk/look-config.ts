/** The effective settings, with what is secret hidden, and where each stands in the file. */
import { createHash } from 'node:crypto';
import type { Place } from '../../config/problem.ts';
import { redact } from '../../config/redact.ts';
import { instancesOf, type Settings } from '../../config/settings.ts';
import { keyOf } from '../../config/blocks.ts';
import type { ConfigView, SettingRow } from '../protocol/index.ts';
import { fitsOf } from './rows.ts';

export function lookConfig(settings: Settings, filter: string): ConfigView {
  const all = rowsOf(settings);
  const hash = createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16);
  return { file: settings.file, hash, settings: all.filter(fitsOf(filter)) };
}

function rowsOf(settings: Settings): SettingRow[] {
  const { blocks, instances } = redact(settings);
  const rows = Object.entries(blocks).flatMap(([name, values]) => flat(name, values));
  for (const { name, role, places } of new Set(instancesOf(settings))) {
    const shown = instances[name];
    if (!shown) continue;
    const path = places?.path ?? (name === role ? keyOf(role) : `${keyOf(role)}.${name}`);
    const block = whereOf(settings.file, places?.block);
    rows.push({
      path: `${path}.use`,
      value: shown.use,
      ...(block !== undefined && { where: block }),
    });
    for (const [key, value] of Object.entries(shown.config)) {
      const where = whereOf(settings.file, places?.settings.get(key));
      rows.push({
        path: `${path}.${key}`,
        value: printed(value),
        ...(where !== undefined && { where }),
      });
    }
  }
  return rows;
}

export function whereOf(file: string, place: Place | undefined): string | undefined {
  return place && `${file}:${place.line}:${place.column}`;
}

/** As YAML would have it on one line. */
export function printed(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function flat(path: string, value: unknown): SettingRow[] {
  if (value instanceof Object && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, one]) => flat(`${path}.${key}`, one));
  }
  return value === undefined ? [] : [{ path, value: printed(value) }];
}
