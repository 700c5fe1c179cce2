/** Takes shards whoever owns them, for tests that need an owner. */
import assert from 'node:assert/strict';
import type { Persistence } from 'im-kernel/contract';

/**
 * Under a life that is called like the node. Answers the new epochs, in the same sequence; fails if
 * another took one of them meanwhile.
 */
export async function takeShards(
  { ownership }: Pick<Persistence, 'ownership'>,
  node: string,
  shards: readonly number[],
): Promise<readonly number[]> {
  const standing = await ownership.look();
  const takes = shards.map((shard) => ({ shard, epoch: standing.shards[shard]?.epoch ?? 0 }));
  const taken = await ownership.take({ node, life: node }, takes, true);
  for (const { shard, owner } of taken) assert.equal(owner?.life, node, `owner of shard ${shard}`);
  return taken.map(({ epoch }) => epoch);
}
