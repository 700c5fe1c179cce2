/** Settings as they may be shown: written as in the file, secrets hidden. */
import type { AnyPlugin, Field, Fields } from '../contract/index.ts';
import { BLOCKS } from './blocks.ts';
import { printValue } from './describe.ts';
import type { Config } from './read-fields.ts';
import { settingsOf } from './role-settings.ts';
import { instancesOf, type Settings } from './settings.ts';

export const HIDDEN = '(hidden)';

type Shown = Readonly<Record<string, unknown>>;

export interface Redacted {
  /** By block: node, chat, log, limits, and those of the others that are there. */
  readonly blocks: Readonly<Record<string, Shown>>;
  /** By the instance's name. */
  readonly instances: Readonly<
    Record<string, { readonly plugin: AnyPlugin; readonly use: string; readonly config: Shown }>
  >;
}

export function redact(settings: Settings): Redacted {
  const blocks = Object.entries(BLOCKS).flatMap(([key, block]) => {
    const values = settings[key as keyof typeof BLOCKS];
    return values ? [[key, redactFields(block.fields ?? {}, values)] as const] : [];
  });
  const instances = instancesOf(settings).map(({ name, type, plugin, config, added }) => {
    const shown = redactFields(settingsOf(plugin), { ...config, ...added });
    return [name, { plugin, use: type, config: shown }] as const;
  });
  return { blocks: Object.fromEntries(blocks), instances: Object.fromEntries(instances) };
}

/** A block as it may be shown. */
export function redactFields(fields: Fields, values: Config): Shown {
  const shown = Object.entries(fields).map(
    ([key, field]) => [key, redactField(field, values[key])] as const,
  );
  return Object.fromEntries(shown);
}

/** One setting as it may be shown; undefined: it is not set. */
export function redactField(field: Field<unknown>, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (field.secret) return HIDDEN;
  const { item } = field;
  if (field.kind === 'group') return redactFields(field.fields ?? {}, value as Config);
  if (field.kind === 'listOf' && item) {
    return (value as readonly unknown[]).map((one) => redactField(item, one));
  }
  if (field.kind === 'whole' || field.kind === 'flag') return value;
  return printValue(field, value);
}
