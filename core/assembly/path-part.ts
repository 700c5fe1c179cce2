/** What serves on an owner, as a part behind all that it needs. */
import type { Component, NodeLife } from '../contract/index.ts';
import type { Parts } from './node-parts.ts';

type Needs = Pick<Parts, 'name' | 'shards' | 'recent' | 'effects' | 'progress'>;

/** `from`: who owned the shards before, once they are this node's. */
export function pathPart(needs: Needs, from: () => NodeLife | undefined): Component {
  const { name, shards, recent, effects, progress } = needs;
  return {
    start: async () => {
      await recent.open();
      const owned = shards.owned().map(({ shard }) => shard);
      const before = from()?.node;
      const inherited = before !== undefined && before !== name ? owned : [];
      await effects.start(owned, inherited);
    },
    stop: async () => {
      progress.stop();
      await recent.close();
      await effects.stop();
    },
  };
}
