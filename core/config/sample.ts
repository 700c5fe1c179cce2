/** A commented piece of YAML for a plugin: every setting at its default, ready to copy. */
import type { AnyPlugin, Field, Fields } from '../contract/index.ts';
import { isNamed, keyOf } from './blocks.ts';
import { printValue } from './describe.ts';
import { retype } from './interpolate.ts';
import { settingsOf } from './role-settings.ts';

/** What stands for a required value; it must be replaced, and `im check` says so until then. */
const EXAMPLES: Readonly<Partial<Record<Field<unknown>['kind'], string>>> = {
  text: 'something',
  whole: '1',
  duration: '10s',
  size: '64KiB',
  flag: 'false',
  address: '127.0.0.1:7400',
  path: './file',
  listOf: '[]',
};

/** The block as it stands in the file, its role's key included. */
export function sample(plugin: AnyPlugin): string {
  const { role, type } = plugin;
  const depth = isNamed(role) ? 2 : 1;
  const head = [`${keyOf(role)}:`, ...(isNamed(role) ? [`  ${type.split('-')[0]}:`] : [])];
  const fields = sampleFields(settingsOf(plugin), depth);
  return [...head, `${indent(depth)}use: ${type}`, ...fields].join('\n');
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}

function sampleFields(fields: Fields, depth: number): readonly string[] {
  return Object.entries(fields).flatMap(([key, field]: [string, Field<unknown>]) => {
    const lines = sampleField(key, field, depth);
    const absent = field.optional && field.fallback === undefined;
    return [`${indent(depth)}# ${field.help}`, ...(absent ? commentOut(lines, depth) : lines)];
  });
}

/** Taking `# ` away from every line makes the setting. */
function commentOut(lines: readonly string[], depth: number): readonly string[] {
  return lines.map((line) => `${indent(depth)}# ${line.slice(indent(depth).length)}`);
}

function sampleField(key: string, field: Field<unknown>, depth: number): readonly string[] {
  const start = `${indent(depth)}${key}:`;
  if (field.kind === 'group') return [start, ...sampleFields(field.fields ?? {}, depth + 1)];
  const value =
    field.fallback === undefined
      ? (field.choices?.[0] ?? EXAMPLES[field.kind] ?? '')
      : printValue(field, field.fallback);
  const isText = ['text', 'oneOf', 'path'].includes(field.kind);
  const looksElse = isText && typeof retype(value) !== 'string';
  return [`${start} ${looksElse ? `'${value}'` : quoted(value)}`];
}

/** Plain YAML where that means the same; lists are written as such. */
function quoted(value: string): string {
  const plain = /^[A-Za-z0-9./'[][^#"]*$/.test(value) && !value.includes(': ');
  return plain ? value : JSON.stringify(value);
}
