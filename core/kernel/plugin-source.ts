/** Where the file of a `use:` lies. Nothing is loaded here. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire, findPackageJSON, isBuiltin } from 'node:module';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ImError, ROLE_FOLDERS, reasonOf, type Role } from '../contract/index.ts';

const TYPE_NAME = /^[a-z][a-z0-9-]*$/;
const PACKAGE_NAME = /^(@[a-z0-9._~-]+\/)?[a-z0-9._~-]+(\/[A-Za-z0-9._~/-]+)?$/;
const EXTENSIONS = ['.ts', '.js', '.mjs'];
/** What an `import` of a package looks at in its `exports`. */
const CONDITIONS = ['node', 'import', 'module-sync', 'default'];

const ownExtension = extname(import.meta.url);

/** The folder of our own plugins of a role. */
export function ownFolder(role: Role): string {
  return fileURLToPath(new URL(`../../plugins/${ROLE_FOLDERS[role]}/`, import.meta.url));
}

/** The file of our own plugin, whether or not it exists. */
export function ownFile(role: Role, type: string): string {
  return join(ownFolder(role), type, `index${ownExtension}`);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The file behind a `use:`. Throws IM_PLUGIN_UNKNOWN or IM_PLUGIN_LOAD. */
export function fileOf(role: Role, use: string, folder: string): string {
  if (/^\.{1,2}([/\\]|$)/.test(use) || isAbsolute(use)) return fileByPath(use, folder);
  if (TYPE_NAME.test(use) && isFile(ownFile(role, use))) return ownFile(role, use);
  const unknown = new ImError('IM_PLUGIN_UNKNOWN', { role, type: use });
  if (!PACKAGE_NAME.test(use) || isBuiltin(use)) throw unknown;
  const packageFile = packageFileOf(use, folder);
  if (packageFile === undefined) throw unknown;
  return fileInPackage(use, packageFile, folder);
}

function fileByPath(use: string, folder: string): string {
  const path = resolve(folder, use);
  const tries = [
    path,
    ...EXTENSIONS.map((extension) => path + extension),
    ...EXTENSIONS.map((extension) => join(path, `index${extension}`)),
  ];
  const file = tries.find(isFile);
  if (file !== undefined) return file;
  const why = existsSync(path)
    ? `the folder ${path} holds no index.ts, index.js or index.mjs`
    : `there is no file ${path}`;
  throw new ImError('IM_PLUGIN_LOAD', { source: use, why });
}

function packageFileOf(use: string, folder: string): string | undefined {
  try {
    return findPackageJSON(use, pathToFileURL(join(folder, 'im.config.yaml')));
  } catch {
    return undefined;
  }
}

function fileInPackage(use: string, packageFile: string, folder: string): string {
  try {
    const { exports } = JSON.parse(readFileSync(packageFile, 'utf8')) as { exports?: unknown };
    const target = targetOf(exports, subpathOf(use));
    if (target !== undefined) return join(dirname(packageFile), target);
    return createRequire(join(folder, 'im.config.yaml')).resolve(use);
  } catch (cause) {
    throw new ImError('IM_PLUGIN_LOAD', { source: use, why: reasonOf(cause) }, { cause });
  }
}

function subpathOf(use: string): string {
  const parts = use.split('/');
  return ['.', ...parts.slice(use.startsWith('@') ? 2 : 1)].join('/');
}

/**
 * The file that `exports` names for an import. Written out because `require.resolve` does not see
 * what is exported to imports only; patterns and fallback arrays, which plugins hardly use, are
 * left to `require.resolve`.
 */
function targetOf(exports: unknown, subpath: string): string | undefined {
  if (typeof exports === 'string') return subpath === '.' ? exports : undefined;
  if (!(exports instanceof Object) || Array.isArray(exports)) return undefined;
  const keys = Object.keys(exports);
  const table = exports as Readonly<Record<string, unknown>>;
  if (keys.some((key) => key.startsWith('.'))) return byCondition(table[subpath]);
  return subpath === '.' ? byCondition(exports) : undefined;
}

function byCondition(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (!(target instanceof Object) || Array.isArray(target)) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    const found = CONDITIONS.includes(condition) ? byCondition(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
