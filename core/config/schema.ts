/** im.schema.json: what editors need to complete and check the file (JSON Schema, draft 7). */
import type { AnyPlugin, Field, FieldKind, Fields, Role } from '../contract/index.ts';
import { BLOCKS, DEFAULT_USE, INSTANCE_NAME, ORDERED_KINDS, SINGLE_ROLES } from './blocks.ts';
import type { NamedRole, SingleRole } from './blocks.ts';
import { printValue } from './describe.ts';
import { settingsOf } from './role-settings.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Any value may come from the environment; only the node can say what it is then. */
const VARIABLE: Schema = { type: 'string', pattern: '\\$\\{' };
const DURATION = '^[0-9]+ *(ms|s|m|h|d)$';
const SIZE = '^[0-9]+ *(B|KiB|MiB|GiB)$';
const ADDRESS = '^(\\[[0-9A-Fa-f:.%a-z]+\\]|[^\\s:\\[\\]/]+):[0-9]{1,5}$';

/** The whole file, with all these plugins by name; other values of `use` are paths or packages. */
export function jsonSchema(plugins: readonly AnyPlugin[]): Schema {
  const blocks = Object.entries(BLOCKS).map(([key, block]) => [key, ofField(block)] as const);
  const singles = SINGLE_ROLES.map((role) => [role, single(role, plugins)]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'im-kernel configuration',
    type: 'object',
    additionalProperties: false,
    required: ['node', 'transports'],
    properties: {
      ...Object.fromEntries(blocks),
      transports: { ...named('transport', plugins), type: 'object', minProperties: 1 },
      ...(Object.fromEntries(singles) as Schema),
      ordering: orPerKind(single('ordering', plugins)),
      guards: named('guard', plugins),
      consumers: named('consumer', plugins),
    },
  };
}

/** One block for all, or one under each kind of conversation. */
function orPerKind(one: Schema): Schema {
  const perKind = {
    description: 'One ordering for each kind of conversation.',
    type: 'object',
    minProperties: 1,
    additionalProperties: false,
    properties: Object.fromEntries(ORDERED_KINDS.map((kind) => [kind, one])),
  };
  return { ...one, oneOf: [...(one['oneOf'] as readonly Schema[]), perKind] };
}

/** A block of names. */
function named(role: NamedRole, plugins: readonly AnyPlugin[]): Schema {
  return {
    description: `The ${role}s of the node, each under a name of its own.`,
    type: ['object', 'null'],
    propertyNames: { pattern: `^(${INSTANCE_NAME})$` },
    additionalProperties: ofRole(role, plugins, undefined),
  };
}

/** A block that may be absent, or empty. */
function single(role: SingleRole, plugins: readonly AnyPlugin[]): Schema {
  const { oneOf, ...rest } = ofRole(role, plugins, DEFAULT_USE[role]);
  const choices = [...(oneOf as readonly Schema[]), { type: 'null' }];
  return { ...rest, type: ['object', 'null'], oneOf: choices };
}

function ofRole(role: Role, plugins: readonly AnyPlugin[], fallback: string | undefined): Schema {
  const ours = plugins.filter((one) => one.role === role);
  const types = ours.map((one) => one.type);
  const named = ours.map((one) => {
    const required = one.type === fallback ? [] : ['use'];
    const use = { const: one.type, description: one.summary };
    return block(settingsOf(one), { use }, required, one.summary);
  });
  const other = {
    description: 'A plugin of your own: a path that begins with ./ or ../, or a package.',
    type: 'object',
    required: ['use'],
    properties: { use: { type: 'string', not: { enum: types } } },
  };
  const use = { description: `The ${role} plugin.`, anyOf: [{ enum: types }, { type: 'string' }] };
  return {
    description: `The part that plays the role ${role}.`,
    type: 'object',
    properties: { use },
    oneOf: [...named, other],
  };
}

function block(fields: Fields, besides: Schema, required: readonly string[], help: string): Schema {
  const properties = Object.entries(fields).map(([key, field]) => [key, ofField(field)] as const);
  return {
    description: help,
    type: 'object',
    additionalProperties: false,
    required: [...required, ...requiredOf(fields)],
    properties: { ...besides, ...Object.fromEntries(properties) },
  };
}

function requiredOf(fields: Fields): readonly string[] {
  return Object.entries(fields)
    .filter(([, field]: [string, Field<unknown>]) => isRequired(field))
    .map(([key]) => key);
}

/** A group is required when something in it is. */
function isRequired(field: Field<unknown>): boolean {
  if (field.optional || field.fallback !== undefined) return false;
  return field.kind !== 'group' || requiredOf(field.fields ?? {}).length > 0;
}

function ofField(field: Field<unknown>): Schema {
  const { help, fallback } = field;
  const shape = SHAPES[field.kind](field);
  if (field.kind === 'group') {
    return isRequired(field) ? shape : { ...shape, type: ['object', 'null'] };
  }
  const shown = fallback === undefined ? {} : { default: defaultOf(field) };
  return { description: help, ...shown, ...shape };
}

/** The default as it would be written. */
function defaultOf(field: Field<unknown>): unknown {
  const written = ['duration', 'size', 'address'].includes(field.kind);
  return written ? printValue(field, field.fallback) : field.fallback;
}

type Shape = (field: Field<unknown>) => Schema;
const orVariable = (schema: Schema): Schema => ({ anyOf: [schema, VARIABLE] });
const matching = (pattern: string): Schema => orVariable({ type: 'string', pattern });

const SHAPES: Readonly<Record<FieldKind, Shape>> = {
  text: ({ min, max, pattern }) => {
    const exact = pattern === undefined ? undefined : `^(?:${pattern})$`;
    return orVariable({ type: 'string', minLength: min, maxLength: max, pattern: exact });
  },
  whole: ({ min, max }) => orVariable({ type: 'integer', minimum: min, maximum: max }),
  duration: () => matching(DURATION),
  size: () => matching(SIZE),
  flag: () => orVariable({ type: 'boolean' }),
  oneOf: ({ choices }) => orVariable({ enum: choices ?? [] }),
  address: () => matching(ADDRESS),
  path: () => ({ type: 'string', minLength: 1 }),
  listOf: ({ item, min, max }) => {
    const items = item && ofField(item);
    return { type: 'array', minItems: min, maxItems: max, items };
  },
  group: ({ fields, help }) => block(fields ?? {}, {}, [], help),
};
