/** What a source file imports. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { place, root, type Source } from './tree.ts';

export interface Import {
  /** `file:line`. */
  readonly at: string;
  /** A path from the root of the checkout, or the name as written. */
  readonly target: string;
  readonly relative: boolean;
}

const statement = /\b(from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g;

/** Static and dynamic imports and re-exports whose target is written out. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  for (const match of source.uncommented.matchAll(statement)) {
    const [, keyword = '', written = ''] = match;
    if (!source.bare.startsWith(keyword, match.index)) continue;
    const relative = written.startsWith('.');
    const target = relative ? posix.join(posix.dirname(source.path), written) : written;
    found.push({ at: place(source, match.index), target, relative });
  }
  return found;
}

/**
 * Relative paths written anywhere in code: imports, worker files, `new URL`. With the extension
 * found on disk.
 */
export function mentionsOf(source: Source): string[] {
  const written = source.uncommented.matchAll(/['"`](\.{1,2}\/[^'"`$\n]*)/g);
  return [...written].flatMap(([, path = '']) => {
    const target = posix.join(posix.dirname(source.path), path);
    return [target, `${target}.ts`, target.replace(/\.js$/, '.ts')].filter((one) =>
      existsSync(join(root, one)),
    );
  });
}
