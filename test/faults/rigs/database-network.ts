/** Bad networks between the server and PostgreSQL: commits of which nobody hears what became. */
import { join } from 'node:path';
import { ServerMetrics } from '../../rigs/server-metrics.ts';
import { Prng } from '../../sim/prng.ts';
import { missingDatabase, onDatabase } from '../fault-database.ts';
import { FaultProxy, FINE_CLIMATE } from '../fault-proxy.ts';
import type { FaultRig, Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import type { Stage } from '../stage.ts';
import { FINE, slow, STALLED, strike, type Trouble } from '../trouble.ts';

const HOPEFUL = join(import.meta.dirname, '..', 'spoilt', 'hopeful-postgres.ts');
const SEED = 1;
/** Now and then nothing is under way. */
const CONTROL_ROUNDS = 4;

const UNHEARD: Trouble = {
  name: 'what is asked does not arrive, and then the connections are reset',
  forMs: 400,
  climate: () => ({ ...FINE_CLIMATE, up: STALLED }),
  blow: (proxy) => proxy.reset(),
};

/** A statement without an answer is given up after 3 s. */
const TROUBLES: readonly Trouble[] = [
  {
    name: 'what is done is not answered, and then the connections are reset',
    forMs: 400,
    climate: () => ({ ...FINE_CLIMATE, down: STALLED }),
    blow: (proxy) => proxy.reset(),
  },
  UNHEARD,
  {
    name: 'resets in the middle of slices',
    forMs: 300,
    climate: (prng) => ({ ...FINE_CLIMATE, up: slow(3, prng), down: slow(3, prng) }),
    blow: (proxy) => proxy.reset(),
  },
  { name: 'connections vanish without an end', forMs: 0, blow: (proxy) => proxy.vanish() },
  {
    name: 'slices, and 10 ms each way',
    forMs: 1_000,
    climate: (prng) => ({ ...FINE_CLIMATE, up: slow(10, prng), down: slow(10, prng) }),
  },
  {
    name: 'connections vanish in the middle of slices',
    forMs: 300,
    climate: (prng) => ({ ...FINE_CLIMATE, up: slow(3, prng), down: FINE }),
    blow: (proxy) => proxy.vanish(),
  },
  {
    name: 'no answers, for longer than a statement may take',
    forMs: 3_600,
    climate: () => ({ ...FINE_CLIMATE, down: STALLED }),
  },
  {
    name: 'resets, and nobody gets in',
    forMs: 1_500,
    climate: () => ({ ...FINE_CLIMATE, refuses: true }),
    blow: (proxy) => proxy.reset(),
  },
];

async function behindProxy(
  ground: Ground,
  use: string,
  play: (stage: Stage, proxy: FaultProxy) => Promise<void>,
): Promise<Findings> {
  let upstream = 0;
  const proxy = new FaultProxy(() => upstream);
  await proxy.start();
  const via = (port: number): number => {
    upstream = port;
    return proxy.port;
  };
  try {
    return await onDatabase(ground, { use, via }, (stage) => play(stage, proxy));
  } finally {
    await proxy.stop();
  }
}

export const databaseNetwork: FaultRig = {
  name: 'bad network to postgres',
  rounds: { quick: TROUBLES.length, full: TROUBLES.length * 8 },
  missing: missingDatabase,
  play: (ground, rounds) =>
    behindProxy(ground, 'postgres', async (stage, proxy) => {
      const prng = new Prng(SEED);
      await stage.begin();
      for (let round = 0; round < rounds; round += 1) {
        await stage.answers(prng.between(50, 300));
        const trouble = TROUBLES[round % TROUBLES.length];
        if (trouble) await strike(trouble, [proxy], prng);
      }
      await stage.rest();
      const metrics = await ServerMetrics.of(stage.server);
      const unknown = metrics.value('store_parts_total', 'unknown');
      if (unknown < Math.floor(rounds / 2))
        stage.fail('rig', `${unknown} commits of unknown fate in ${rounds} rounds: too few`);
      await stage.end();
    }),
  control: {
    what: 'a store that takes a commit of unknown fate for done',
    breaks: 'P1',
    play: (ground) =>
      behindProxy(ground, HOPEFUL, async (stage, proxy) => {
        await stage.begin();
        for (let round = 0; round < CONTROL_ROUNDS; round += 1) {
          await stage.answers(100);
          await strike(UNHEARD, [proxy], new Prng(SEED));
        }
        await stage.kill();
        await stage.drain();
      }),
  },
};
