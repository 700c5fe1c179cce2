/** Rules between the settings of a cluster. */
import type { Blocks } from './blocks.ts';
import type { Problems } from './problem.ts';
import { placeIn, type TreeMap } from './tree.ts';
import { printDuration } from './units.ts';

/** One beat may be lost, and one be late, before the lease is over. */
const BEATS_PER_LEASE = 3;

/** What clients are told to go to: the schemes of the protocol's MOVED. */
const ADDRESS = /^(?:tcp|tls|wss?):\/\/[^\s/@]+(?:\/\S*)?$/;

export function checkCluster(cluster: Blocks['cluster'], tree: TreeMap, problems: Problems): void {
  if (!cluster) return;
  const add = (key: string, message: string): void => {
    problems.add(placeIn(tree, ['cluster', key]), `cluster.${key}`, message);
  };
  const { beat, lease, addresses } = cluster;
  if (beat !== undefined && lease !== undefined && lease < BEATS_PER_LEASE * beat) {
    const least = printDuration(BEATS_PER_LEASE * beat);
    const why = 'so that one lost beat ends nobody';
    add('lease', `must be at least ${BEATS_PER_LEASE} beats (${least}), ${why}`);
  }
  for (const one of addresses ?? []) {
    if (one === undefined || (ADDRESS.test(one) && URL.canParse(one))) continue;
    add('addresses', `holds "${one}", which is no tcp://, tls://, ws:// or wss:// address`);
  }
}
