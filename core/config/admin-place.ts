/** Where the admin API of a node is, by its file, of which all the rest may be wrong. */
import { dirname, join, resolve } from 'node:path';
import { BLOCKS, type Blocks } from './blocks.ts';
import type { Environment } from './interpolate.ts';
import { parse } from './parse.ts';
import { Problems } from './problem.ts';
import { readField } from './read-fields.ts';
import { readBounded, readText } from './read-file.ts';

/** Of the unix socket in `node.data`, where the file names none. */
export const ADMIN_SOCKET = 'admin.sock';

export interface AdminPlace {
  /** The node's name; undefined: it cannot be read. */
  readonly node: string | undefined;
  readonly socket: string;
  readonly listen: Blocks['admin']['listen'];
  readonly tls: Blocks['admin']['tls'];
}

/**
 * Who asks a running node wants to do so after a slip in its file, too, and without the secrets of
 * its environment.
 *
 * @throws ConfigError if the place itself cannot be read; ImError IM_CONFIG_MISSING.
 */
export async function adminPlace(file: string, env: Environment): Promise<AdminPlace> {
  const all = new Problems(file);
  const source = await readText(file, readBounded, all);
  const tree = source === undefined ? undefined : parse(source, env, all);
  const problems = new Problems(file);
  const reading = { problems, folder: dirname(resolve(file)) };
  const block = (path: 'node' | 'admin'): unknown => {
    const found = tree?.entries.get(path);
    const place = found?.place ?? tree?.place ?? { line: 1, column: 1 };
    return readField(BLOCKS[path], found?.value, { path, place }, reading);
  };
  const node = tree && (block('node') as Partial<Blocks['node']> | undefined);
  const admin = tree && (block('admin') as Partial<Blocks['admin']> | undefined);
  const socket = admin?.socket ?? (node?.data && join(node.data, ADMIN_SOCKET));
  if (socket === undefined || problems.count > 0) all.throwIfAny();
  problems.throwIfAny();
  return { node: node?.name, socket: socket ?? '', listen: admin?.listen, tls: admin?.tls };
}
