/** No two parts of a node listen on one port. */
import type { ListenAddress } from '../contract/index.ts';
import type { Blocks } from './blocks.ts';
import type { Problems } from './problem.ts';
import type { Instance } from './settings.ts';
import { placeIn, type TreeMap } from './tree.ts';

interface Listener {
  /** As in the file: `transports.tcp.listen`. */
  readonly keys: readonly string[];
  readonly address: ListenAddress;
}

/** Two on one port would fail at the start, when the file is no longer at hand. */
export function checkPorts(
  transports: readonly Instance[],
  { gateway, cluster, admin }: Pick<Blocks, 'gateway' | 'cluster' | 'admin'>,
  tree: TreeMap,
  problems: Problems,
): void {
  const listeners: Listener[] = transports.flatMap(listenersOf);
  if (gateway?.listen) listeners.push({ keys: ['gateway', 'listen'], address: gateway.listen });
  if (cluster?.link) listeners.push({ keys: ['cluster', 'link'], address: cluster.link });
  if (admin?.listen) listeners.push({ keys: ['admin', 'listen'], address: admin.listen });
  for (const [at, { keys, address }] of listeners.entries()) {
    const other = listeners.slice(0, at).find((one) => clash(one.address, address));
    if (!other) continue;
    const taken = `${other.keys.join('.')} has this port already`;
    const message = `${taken}; choose another (0: any free one)`;
    problems.add(placeIn(tree, keys), keys.join('.'), message);
  }
}

function listenersOf(instance: Instance): readonly Listener[] {
  const { name, plugin, config } = instance;
  return Object.entries(plugin.config).flatMap(([key, field]) => {
    const address = config[key] as ListenAddress | undefined;
    const keys = ['transports', name, key];
    return field.kind === 'address' && address ? [{ keys, address }] : [];
  });
}

const EVERY = ['0.0.0.0', '::'];
const LOCAL = ['localhost', '127.0.0.1', '::1'];

function clash(a: ListenAddress, b: ListenAddress): boolean {
  if (a.port === 0 || a.port !== b.port) return false;
  if (a.host === b.host || EVERY.includes(a.host) || EVERY.includes(b.host)) return true;
  return (
    (a.host === 'localhost' && LOCAL.includes(b.host)) ||
    (b.host === 'localhost' && LOCAL.includes(a.host))
  );
}
