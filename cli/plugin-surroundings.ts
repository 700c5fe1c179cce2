/**
 * What a new plugin finds around it: a package that says what its files are, and im-kernel itself.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { packageRoot } from './plugin-files.ts';

/** A package.json of its own, where the files would not count as modules without it. */
export async function manifestFor(folder: string): Promise<Readonly<Record<string, string>>> {
  const manifest = await nearestManifest(dirname(folder));
  if (manifest?.type === 'module') return {};
  const own = { private: true, type: 'module' };
  return { 'package.json': `${JSON.stringify(own, undefined, 2)}\n` };
}

async function nearestManifest(folder: string): Promise<{ type?: string } | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { type?: string };
  } catch (error) {
    // One that cannot be read says nothing about its files, as for Node.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return undefined;
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestManifest(parent);
}

/** The command that runs its test, or what must be done before. */
export async function howToTest(folder: string, test: string): Promise<string> {
  const file = relative('', join(folder, test));
  // npx finds the Node that `npm ci` has fetched, whatever the machine's own is.
  if (inside(folder, packageRoot())) return `Test it: npx node --conditions=im-src --test ${file}`;
  const install = findsKernel(folder) ? '' : 'npm install im-kernel && ';
  return `Test it: ${install}node --test ${file}    (Node.js 24.19 or newer)`;
}

function inside(folder: string, root: string): boolean {
  return !relative(root, folder).startsWith('..');
}

function findsKernel(folder: string): boolean {
  try {
    createRequire(join(folder, 'index.js')).resolve('im-kernel/package.json');
    return true;
  } catch {
    return false;
  }
}
