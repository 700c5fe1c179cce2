/**
 * Whether a module's default export is a plugin for its place: looked at before any of its code is
 * called.
 */
import { ORDERED_KINDS } from '../config/blocks.ts';
import { addedSettings } from '../config/role-settings.ts';
import { CONTRACT_VERSION, ROLES, type FieldKind, type Role } from '../contract/index.ts';

const FIELD_KINDS: Readonly<Record<FieldKind, true>> = {
  text: true,
  whole: true,
  duration: true,
  size: true,
  flag: true,
  oneOf: true,
  listOf: true,
  group: true,
  address: true,
  path: true,
};
const STABILITIES = ['experimental', 'stable', 'deprecated'];
const TYPE_PATTERN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const fieldsDepthMax = 8;

type Loose = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Loose {
  return value instanceof Object && !Array.isArray(value);
}

/** What is wrong with this export as a plugin of `role`, or undefined. Never throws. */
export function faultOfPlugin(value: unknown, role: string): string | undefined {
  if (!isRecord(value)) return 'it has no default export that is a plugin';
  if (value['contract'] !== CONTRACT_VERSION) {
    const theirs = JSON.stringify(value['contract']) ?? 'none';
    return `it was written for contract version ${theirs}, this kernel speaks ${CONTRACT_VERSION}`;
  }
  if (value['role'] !== role) return faultOfRole(value['role'], role);
  if (typeof value['type'] !== 'string' || !TYPE_PATTERN.test(value['type'])) {
    return 'its `type` must be lower-case words joined by hyphens';
  }
  if (typeof value['summary'] !== 'string') return 'its `summary` must be a sentence';
  if (!STABILITIES.includes(String(value['stability']))) {
    return `its \`stability\` must be one of ${STABILITIES.join(', ')}`;
  }
  if (value['check'] !== undefined && typeof value['check'] !== 'function') {
    return 'its `check` must be a function';
  }
  if (typeof value['create'] !== 'function') return 'its `create` must be a function';
  const { config } = value;
  return faultOfFields(config, 'config', fieldsDepthMax) ?? faultOfReserved(config, role as Role);
}

/** Keys of its block that are not the plugin's to use. */
function faultOfReserved(config: unknown, role: Role): string | undefined {
  const kinds = role === 'ordering' ? ORDERED_KINDS : [];
  const reserved = ['use', ...kinds, ...Object.keys(addedSettings(role))];
  const taken = reserved.find((key) => isRecord(config) && Object.hasOwn(config, key));
  return taken === undefined ? undefined : `its \`config.${taken}\` is a setting of the kernel`;
}

function faultOfRole(theirs: unknown, wanted: string): string {
  const known = ROLES.some((role) => role === theirs);
  const said = typeof theirs === 'string' ? `"${theirs}"` : 'missing';
  return known
    ? `its role is ${said}, the place asks for "${wanted}"`
    : `its role is ${said}; the roles are ${ROLES.join(', ')}`;
}

function faultOfFields(fields: unknown, at: string, depth: number): string | undefined {
  if (!isRecord(fields)) return `its \`${at}\` must be a record of fields`;
  if (depth === 0) return `its \`${at}\` is nested too deeply`;
  for (const [name, field] of Object.entries(fields)) {
    const fault = faultOfField(field, `${at}.${name}`, depth);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOfField(field: unknown, at: string, depth: number): string | undefined {
  if (!isRecord(field)) return `its \`${at}\` was not made by a field builder`;
  const kind = String(field['kind']);
  if (!Object.hasOwn(FIELD_KINDS, kind)) {
    return `its \`${at}\` is of a kind that this kernel does not know: ${kind}`;
  }
  if (typeof field['help'] !== 'string') return `its \`${at}\` says nothing under \`help\``;
  if (kind === 'group') return faultOfFields(field['fields'], at, depth - 1);
  if (kind === 'oneOf' && !Array.isArray(field['choices'])) return `its \`${at}\` has no choices`;
  if (kind !== 'listOf') return undefined;
  if (depth === 1) return `its \`${at}\` is nested too deeply`;
  return faultOfField(field['item'], `${at}[]`, depth - 1);
}
