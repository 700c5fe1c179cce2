/** A commented piece of YAML for a plugin: every setting at its default, ready to copy. */
import type { AnyPlugin, Field, Fields } from '../contract/index.ts';
import { printValue } from './describe.ts';

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
  const { role, type, config } = plugin;
  const depth = role === 'transport' ? 2 : 1;
  const head = role === 'transport' ? ['transports:', `  ${type.split('-')[0]}:`] : [`${role}:`];
  return [...head, `${indent(depth)}use: ${type}`, ...sampleFields(config, depth)].join('\n');
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}

function sampleFields(fields: Fields, depth: number, off = false): readonly string[] {
  return Object.entries(fields).flatMap(([key, field]: [string, Field<unknown>]) =>
    sampleField(key, field, depth, off),
  );
}

/** Optional settings are commented out: absent is their default. */
function sampleField(
  key: string,
  field: Field<unknown>,
  depth: number,
  off: boolean,
): readonly string[] {
  const commented = off || (field.optional && field.fallback === undefined);
  const start = `${indent(depth)}${commented ? '# ' : ''}${key}:`;
  const help = `${indent(depth)}# ${field.help}`;
  if (field.kind === 'group') {
    return [help, start, ...sampleFields(field.fields ?? {}, depth + 1, commented)];
  }
  const value =
    field.fallback === undefined
      ? (field.choices?.[0] ?? EXAMPLES[field.kind] ?? '')
      : printValue(field, field.fallback);
  return [help, `${start} ${quoted(value)}`];
}

/** Plain YAML where that means the same; lists are written as such. */
function quoted(value: string): string {
  const plain = /^[A-Za-z0-9./'[][^#"]*$/.test(value) && !value.includes(': ');
  return plain ? value : JSON.stringify(value);
}
