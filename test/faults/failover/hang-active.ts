/**
 * SIGSTOP of the active until the other has followed, and SIGCONT: from then on it answers nothing
 * more of what it was asked.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { spread, type FaultRig, type Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import { DIRECT } from '../load.ts';
import { freeze, signal } from '../processes.ts';
import { until } from '../until.ts';
import { Ghosts } from './ghosts.ts';
import type { Pair } from './pair.ts';
import { withPair } from './with-pair.ts';
import type { PairNode } from './pair-node.ts';

const ANSWERS_MAX = 300;
/** The default `tenure`, and a beat. */
const TENURE_MS = 11_000;
const GONE_MS = 10_000;
const SCHEMES = ['tcp:', 'ws:'] as const;
const LEASELESS = pathToFileURL(join(import.meta.dirname, 'leaseless.ts')).href;

/** Its process ended, or it has sent everybody away. */
async function retires({ server }: PairNode, ghosts: Ghosts): Promise<void> {
  await until('the end of the old owner', GONE_MS, () => !server.running || ghosts.open === 0);
}

async function hang(pair: Pair, ghosts: Ghosts): Promise<PairNode> {
  const { owner, cast } = pair;
  const { pid } = owner.server;
  if (pid === undefined) throw new Error('no owner runs');
  ghosts.watch(SCHEMES.map((scheme) => owner.address(scheme)));
  await pair.strike();
  await freeze(pid);
  // Reading is not fenced by any store: this alone the lease keeps back.
  for (const { client } of cast.devices)
    void client.history(DIRECT, { limit: 10 }).catch(() => undefined);
  await pair.follows(owner);
  signal(pid, 'SIGCONT');
  await retires(owner, ghosts);
  return owner;
}

function judged(pair: Pair, { count, said }: Ghosts): void {
  if (count === 0) pair.fail('rig', 'no connection stayed with the old owner');
  if (said.length > 0) pair.fail('P8', `an owner whose time was over said ${said.join(', ')}`);
}

function play(ground: Ground, rounds: number): Promise<Findings> {
  const ghosts = new Ghosts();
  return withPair({ ground, linger: ghosts.linger }, async (pair) => {
    await pair.begin();
    for (let round = 1; round <= rounds; round += 1) {
      await pair.settle(TENURE_MS);
      await pair.answers(20 + spread(round, ANSWERS_MAX));
      const old = await hang(pair, ghosts);
      ghosts.watch([]);
      // A backup may have ended it, if it held the store up.
      if (!old.server.running) await pair.start(old);
    }
    judged(pair, ghosts);
    await pair.rest();
    await pair.end();
    pair.expectConsumed();
    pair.expectTurns(1 + rounds);
  });
}

export const hangActive: FaultRig = {
  name: 'SIGSTOP of the active',
  rounds: { quick: 1, full: 20 },
  missing: () => undefined,
  play,
  control: {
    what: 'a node that answers after its lease',
    breaks: 'P8',
    play: (ground) => {
      const ghosts = new Ghosts();
      const failover = { tenure: '0ms' };
      return withPair({ ground, failover, linger: ghosts.linger }, async (pair) => {
        for (const { server } of pair.nodes)
          server.environment = { NODE_OPTIONS: `--import=${LEASELESS}` };
        await pair.begin();
        await pair.answers(100);
        await hang(pair, ghosts);
        judged(pair, ghosts);
        for (const { server } of pair.nodes) await server.kill();
        await pair.drain();
      });
    },
  },
};
