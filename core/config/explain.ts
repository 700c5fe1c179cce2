/** Settings described for a terminal. */
import type { AnyPlugin, Field } from '../contract/index.ts';
import { describe, type Described } from './describe.ts';
import { settingsOf } from './role-settings.ts';
import { takingIn, takingOf } from './taking.ts';
import { sample } from './sample.ts';

/** Besides one plugin for all, each kind of conversation may have its own. */
export const ORDERING_PER_KIND =
  'For each kind of conversation its own:\n' +
  '`ordering: { direct: { use: … }, group: { use: … } }`; an absent kind has the default.';

export function describeBlock(key: string, { fields = {} }: Field<unknown>): readonly Described[] {
  return describe(fields, (name, field) => takingOf(key, name, field) ?? 'restart');
}

export function describePlugin(plugin: AnyPlugin): readonly Described[] {
  return describe(settingsOf(plugin), (_key, field) => takingIn(plugin.role, field));
}

/** One of the kernel's own blocks. */
export function explainBlock(key: string, block: Field<unknown>): string {
  return [`${key}: ${block.help}`, '', ...lines(describeBlock(key, block))].join('\n');
}

export function explainPlugin(plugin: AnyPlugin): string {
  const { role, type, stability, summary } = plugin;
  const settings = describePlugin(plugin);
  const body = settings.length === 0 ? ['  It has no settings.'] : lines(settings);
  const example = sample(plugin)
    .split('\n')
    .map((line) => `  ${line}`);
  return [`${role} ${type} (${stability}): ${summary}`, '', ...body, '', ...example].join('\n');
}

function lines(settings: readonly Described[]): readonly string[] {
  const width = Math.max(...settings.map(({ name }) => name.length));
  return settings.flatMap(({ name, help, form, fallback, reload }) => [
    `  ${name.padEnd(width)}  ${help}`,
    `  ${' '.repeat(width)}  ${form}; default: ${fallback}; reload: ${reload}`,
  ]);
}
