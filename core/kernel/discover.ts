/**
 * The one place where a `use:` becomes a module. What a plugin is, is checked here, so that the
 * rest of the kernel may trust its shape; its settings are the configuration's matter.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ImError, reasonOf, ROLES, type AnyPlugin, type Role } from '../contract/index.ts';
import { faultOfPlugin } from './plugin-shape.ts';
import { fileOf, ownFile, ownFolder } from './plugin-source.ts';

/**
 * Loads the plugin that `use` names for a role: one of ours by its type, a file or folder by a path
 * that begins with `./`, `../` or `/` (relative to `folder`), else an npm package as seen from
 * `folder`. Throws IM_PLUGIN_UNKNOWN, IM_PLUGIN_LOAD or IM_PLUGIN_CONTRACT.
 */
export async function discover(role: Role, use: string, folder: string): Promise<AnyPlugin> {
  return load(role, use, fileOf(role, use, folder));
}

/**
 * Our own plugins, by role in the sequence of ROLES and then by type. Throws as `discover` does.
 */
export async function knownPlugins(role?: Role): Promise<readonly AnyPlugin[]> {
  const roles = role === undefined ? ROLES : [role];
  const lists = await Promise.all(roles.map(ownPlugins));
  return lists.flat();
}

async function ownPlugins(role: Role): Promise<readonly AnyPlugin[]> {
  const names = await readdir(ownFolder(role)).catch(() => []);
  const types = names.filter((type) => existsSync(ownFile(role, type)));
  return Promise.all(types.sort().map((type) => load(role, type, ownFile(role, type))));
}

async function load(role: Role, use: string, file: string): Promise<AnyPlugin> {
  const exported = await importDefault(use, file);
  const fault = faultOfPlugin(exported, role);
  if (fault !== undefined) throw new ImError('IM_PLUGIN_CONTRACT', { source: use, why: fault });
  return exported as AnyPlugin;
}

async function importDefault(use: string, file: string): Promise<unknown> {
  let exported: unknown;
  try {
    const loaded = (await import(pathToFileURL(file).href)) as { default?: unknown };
    exported = loaded.default;
  } catch (cause) {
    throw new ImError('IM_PLUGIN_LOAD', { source: use, why: whyNotLoaded(cause, file) }, { cause });
  }
  return innerDefault(exported);
}

/** A CommonJS file made by a compiler keeps its default export one step further in. */
function innerDefault(exported: unknown): unknown {
  if (!(exported instanceof Object)) return exported;
  return '__esModule' in exported && 'default' in exported ? exported.default : exported;
}

function whyNotLoaded(cause: unknown, file: string): string {
  const reason = reasonOf(cause);
  switch ((cause as { code?: unknown } | undefined)?.code) {
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return `${placeOf(cause, file)}: ${reason}; write this part without it`;
    case 'ERR_INVALID_TYPESCRIPT_SYNTAX':
      return `${placeOf(cause, file)}: ${reason}`;
    case 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING':
      return 'a package must hold JavaScript: compile it, or name a TypeScript file by path';
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      return `${basename(file)} is of a kind that cannot be loaded: use .ts, .js or .mjs`;
    case 'ERR_MODULE_NOT_FOUND':
      return whatIsMissing(reason);
    default:
      return cause instanceof SyntaxError ? inItsPlace(cause, file) : reason;
  }
}

function whatIsMissing(reason: string): string {
  const own = /Cannot find package 'im-kernel'/.test(reason);
  return own ? `${reason}; install im-kernel beside it (npm install im-kernel)` : reason;
}

/** Node puts file and line of TypeScript that it cannot strip on top of the stack. */
function placeOf(cause: unknown, file: string): string {
  const first = cause instanceof Error ? (cause.stack?.split('\n')[0] ?? '') : '';
  return /^\S.*\.\w+:\d+$/.test(first) ? first : file;
}

/** V8 keeps the line of a syntax error to itself, so the reader is told how to see it. */
function inItsPlace(error: SyntaxError, file: string): string {
  return `${error.message} in ${file} or what it imports (node --check FILE shows the line)`;
}
