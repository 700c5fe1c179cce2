/** The files of the checkout, read once, for the tidy tests. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { mask, type Masked } from './mask.ts';

export const root = join(import.meta.dirname, '..', '..');
const left = new Set(['node_modules', 'dist', 'data', '.git', 'coverage', 'tmp']);

function* walk(folder: string): Generator<string> {
  for (const item of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, item.name);
    if (item.isFile()) yield path;
    else if (item.isDirectory() && !left.has(item.name)) yield* walk(path);
  }
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Every file of the tree, as `folder/name`, sorted. Generated and fetched folders are left out. */
export const files: readonly string[] = [...walk('.')].toSorted();

export interface Source extends Masked {
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript and JavaScript file of ours. */
export const sources: readonly Source[] = files
  .filter((path) => /\.(ts|tsx|js|mjs|cjs)$/.test(path) && !path.endsWith('.d.ts'))
  .map((path) => {
    const text = readText(path);
    return { path, text, ...mask(text) };
  });

/** `file:line` of an offset, as editors and terminals link it. */
export function place(source: { path: string; text: string }, offset: number): string {
  return `${source.path}:${source.text.slice(0, offset).split('\n').length}`;
}

/** True if `path` is one of these files, or lies in one of these folders. */
export function within(path: string, places: readonly string[]): boolean {
  return places.some((one) => path === one || path.startsWith(`${one}/`));
}
