/** What beats over links, in the simulated world: the real heart, in the loop of its node. */
import { createHmac } from 'node:crypto';
import type { Clock } from 'im-kernel/contract';
import type { HeartMaker } from '../../core/assembly/create-heart.ts';
import { Heart } from '../../core/cluster/heart/heart.ts';
import { OwnMoves } from '../../core/cluster/heart/loop-watch.ts';
import type { Life } from './life.ts';
import { linkNetwork } from './link-network.ts';
import { Prng } from './prng.ts';
import type { World } from './world.ts';

const STREAM = 0x6ea7;
/** Prime: seeds and lives give streams apart. */
const LIVES = 65_537;

const secret = {
  sign: (bytes: Uint8Array) => createHmac('sha256', 'simulated').update(bytes).digest(),
};

/** `lifeNumber`: which life it is, of all nodes. */
export function simHeart(world: World, life: Life, lifeNumber: number, clock: Clock): HeartMaker {
  const { network, situations, plan } = world;
  return (settings, { tell }) => {
    const means = {
      clock,
      random: new Prng((plan.seed ^ STREAM) + lifeNumber * LIVES),
      network: linkNetwork({ network, life, lifeNumber }),
      readSecret: () => Promise.resolve(secret),
    };
    return new Heart(settings, means, new OwnMoves(clock), (news) => {
      if (news.suspects.length > 0) situations.add('node suspected');
      tell(news);
    });
  };
}
