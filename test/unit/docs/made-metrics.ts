/** Every metric that the source makes. */
import { sources } from '../../tidy/tree.ts';

interface Made {
  readonly kind: string;
  /** The label of a counter; undefined: it has none, or only `label`. */
  readonly by: string | undefined;
}

const MAKES = /\.(counter|gauge|histogram)\(\s*'(\w+)',\s*(?:'[^']*'|\w+)(?:,\s*'(\w+)')?/g;

function* metrics(): Generator<readonly [string, Made]> {
  for (const { path, text } of sources) {
    if (!/^(?:core|plugins)\//.test(path)) continue;
    for (const [, kind = '', name = '', by] of text.matchAll(MAKES)) yield [name, { kind, by }];
  }
}

/** By name. */
export const made: ReadonlyMap<string, Made> = new Map(metrics());
