/** What a source file imports. */
import { posix } from 'node:path';
import { place, type Source } from './tree.ts';

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
 * Files named in code otherwise than by an import: workers, programs to spawn, fixtures. Each is a
 * pattern for the end of a path; the holes of a template match anything.
 */
export function mentionsOf(text: string): RegExp[] {
  const plain = text.replace(/\$\{[^{}]*\}/g, '${}');
  const written = plain.matchAll(/['"`]([\w./${}-]+)['"`]/g);
  return [...written].flatMap(([, path = '']) => {
    if (!path.includes('/') && !/\.[tj]s$/.test(path)) return [];
    const name = path.replace(/^(?:\.{0,2}\/)+/, '').replace(/\.[tj]s$/, '');
    // A last part that is all hole would match every file there is.
    if (!/[\w-]{2,}/.test(name.replace(/.*\//, '').replaceAll('${}', ''))) return [];
    const parts = name.split('${}').map((part) => part.replaceAll('.', '\\.'));
    return [new RegExp(`(?:^|/)${parts.join('[^/]*')}\\.[tj]s$`)];
  });
}
