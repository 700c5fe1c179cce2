/** The package as a registry would hand it out, in a folder that held nothing before. */
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { must } from './run.ts';

const root = join(import.meta.dirname, '..', '..');
const notOfTheSources = new Set(['.git', 'node_modules', 'dist', 'data', 'tmp', 'coverage']);

/**
 * Packs a copy of the checkout, because packing compiles and a checkout has no `dist`, and installs
 * the tarball in an empty folder, which it returns. What the cache lacks is fetched.
 */
export async function installed(folder: string): Promise<string> {
  const copy = join(folder, 'sources');
  await cp(root, copy, {
    recursive: true,
    filter: (path) => !notOfTheSources.has(basename(path)),
  });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await must(copy, 'npm', ['pack', '--foreground-scripts', '--pack-destination', folder]);
  const home = join(folder, 'home');
  await mkdir(home);
  await writeFile(join(home, 'package.json'), '{ "private": true, "type": "module" }');
  const tarball = `../im-kernel-${await versionOf(copy)}.tgz`;
  await must(home, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball]);
  return home;
}

async function versionOf(folder: string): Promise<string> {
  const manifest = await readFile(join(folder, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
