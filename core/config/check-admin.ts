/** Rules between the settings of the admin API. */
import type { Blocks } from './blocks.ts';
import type { Problems } from './problem.ts';
import { placeIn, type TreeMap } from './tree.ts';

/** In the record of acts they are who came by the unix socket, and through the store. */
const RESERVED: ReadonlySet<string | undefined> = new Set(['socket', 'store']);
const LOCAL = new Set(['localhost', '127.0.0.1', '::1']);

export function checkAdmin(admin: Blocks['admin'], tree: TreeMap, problems: Problems): void {
  const { listen, tls, tokens } = admin ?? {};
  const add = (key: string, message: string): void => {
    problems.add(placeIn(tree, ['admin', key]), `admin.${key}`, message);
  };
  if (listen && !tls && !LOCAL.has(listen.host)) {
    add('listen', 'is reached by other machines, and needs admin.tls: tokens are secrets');
  }
  const names = (tokens ?? []).map((one) => one?.name);
  const twice = names.find((name, at) => name !== undefined && names.indexOf(name) < at);
  if (twice !== undefined) add('tokens', `has two admins named ${twice}; each needs its own name`);
  const reserved = names.find((name) => RESERVED.has(name));
  if (reserved !== undefined) {
    add('tokens', `has an admin named ${reserved}, as acts without a token are recorded`);
  }
}
