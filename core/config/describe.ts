/** A field in words: what the reference page, the sample and the terminal have in common. */
import type { Field, FieldKind, Fields, ListenAddress } from '../contract/index.ts';
import type { Taking } from './taking.ts';
import { printDuration, printSize } from './units.ts';

export interface Described {
  /** Dotted within its block, such as `tls.cert`. */
  readonly name: string;
  readonly help: string;
  /** What may be written, with its bounds. */
  readonly form: string;
  /** As it would be written; `required` or `none` without one. */
  readonly fallback: string;
  /** Whether a running node takes it up; a group says nothing for what is in it. */
  readonly reload: string;
}

/** When a running node takes up what stands at the top under `key`, or this field of a plugin. */
export type TakingOf = (key: string, field: Field<unknown>) => Taking;

const RELOADS: Readonly<Record<Taking, string>> = {
  now: 'live',
  arrivals: 'live for new connections',
  restart: 'restart',
};

/** Every single setting below these fields, groups opened. */
export function describe(fields: Fields, taking: TakingOf, prefix = ''): readonly Described[] {
  return Object.entries(fields).flatMap(([key, field]: [string, Field<unknown>]) => {
    const name = prefix + key;
    const reload = RELOADS[taking(key, field)];
    const form = formOf(field);
    const own = { name, help: field.help, form, fallback: fallbackOf(field), reload };
    if (field.kind !== 'group') return [own];
    return [own, ...describe(field.fields ?? {}, taking, `${name}.`)];
  });
}

function fallbackOf(field: Field<unknown>): string {
  if (field.fallback !== undefined) return printValue(field, field.fallback);
  if (field.optional) return 'none';
  return field.kind === 'group' ? 'its own defaults' : 'required';
}

/** A value as it is written in the file. */
export function printValue(field: Field<unknown>, value: unknown): string {
  if (value === undefined) return '';
  return (PRINTERS[field.kind] ?? plain)(value, field);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const PRINTERS: Readonly<
  Partial<Record<FieldKind, (value: unknown, field: Field<unknown>) => string>>
> = {
  duration: (value) => printDuration(value as number),
  size: (value) => printSize(value as number),
  address: (value) => printAddress(value as ListenAddress),
  text: (value) => (value === '' ? "''" : plain(value)),
  listOf: (value, { item }) =>
    `[${(value as unknown[]).map((one) => (item ? printValue(item, one) : '')).join(', ')}]`,
};

function printAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function formOf(field: Field<unknown>): string {
  const word = wordOf(field);
  return field.secret ? `${word}, never shown` : word;
}

function wordOf(field: Field<unknown>): string {
  return WORDS[field.kind](field);
}

const WORDS: Readonly<Record<FieldKind, (field: Field<unknown>) => string>> = {
  text: (field) => `text${lengthOf(field)}${matching(field)}`,
  whole: (field) => `whole number${rangeOf(field, String)}`,
  duration: (field) => `duration${rangeOf(field, printDuration)}`,
  size: (field) => `size${rangeOf(field, printSize)}`,
  flag: () => 'true or false',
  oneOf: ({ choices }) => (choices ?? []).join(' or '),
  listOf: ({ item }) => `list of: ${item ? wordOf(item) : ''}`,
  group: () => 'block',
  address: () => 'host:port',
  path: () => 'path',
};

function matching({ pattern }: Field<unknown>): string {
  return pattern === undefined ? '' : ` matching ${pattern}`;
}

function lengthOf({ min, max }: Field<unknown>): string {
  if (min === undefined && max === undefined) return '';
  if (max === undefined) return ` of at least ${min} characters`;
  return ` of ${min ?? 0} to ${max} characters`;
}

function rangeOf({ min, max }: Field<unknown>, print: (value: number) => string): string {
  if (min === undefined && max === undefined) return '';
  if (max === undefined) return ` from ${print(min ?? 0)}`;
  return min === undefined ? ` up to ${print(max)}` : ` from ${print(min)} to ${print(max)}`;
}
