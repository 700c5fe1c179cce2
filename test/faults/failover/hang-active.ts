/**
 * SIGSTOP of the active until the other has followed, and SIGCONT: from then on it answers nothing
 * more of what it was asked. By turns it is stopped where it neither says nor writes anything, so
 * that it outlives the stop, and anywhere.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isLocked } from '../../unit/persistence/neighbour.ts';
import { spread, type FaultRig, type Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import { DIRECT } from '../load.ts';
import { freeze, isIdle, signal } from '../processes.ts';
import { sqliteFile, sqliteIn, type StageStore } from '../stage-store.ts';
import { until } from '../until.ts';
import { Ghosts } from './ghosts.ts';
import type { Pair } from './pair.ts';
import type { PairNode } from './pair-node.ts';
import type { PairParts } from './pair-parts.ts';
import { withPair } from './with-pair.ts';

const ANSWERS_MAX = 300;
/** The default `tenure`, and a beat. */
const TENURE_MS = 11_000;
const GONE_MS = 10_000;
/** About every fifth will do. */
const STOPS_MAX = 200;
const SCHEMES = ['tcp:', 'ws:'] as const;
type Stop = (owner: PairNode) => Promise<void>;
const LEASELESS = pathToFileURL(join(import.meta.dirname, 'leaseless.ts')).href;

/** Its process ended, or it has sent everybody away. */
async function retires({ server }: PairNode, ghosts: Ghosts): Promise<void> {
  await until('the end of the old owner', GONE_MS, () => !server.running || ghosts.open === 0);
}

function pidOf({ server }: PairNode): number {
  if (server.pid === undefined) throw new Error('no owner runs');
  return server.pid;
}

/** Where it holds nobody up, and nothing that it was let say is on its way out. */
async function freezeAtRest(pair: Pair, owner: PairNode, file: string): Promise<void> {
  const pid = pidOf(owner);
  for (let stops = 0; stops < STOPS_MAX; stops += 1) {
    await freeze(pid);
    if (isIdle(pid) && !isLocked(file) && !isLocked(`${file}.beats`)) return pair.strike();
    signal(pid, 'SIGCONT');
    await pair.answers(1);
  }
  throw new Error(`none of ${STOPS_MAX} stops fell where it wrote nothing`);
}

async function hang(pair: Pair, ghosts: Ghosts, stop: Stop): Promise<PairNode> {
  const { owner, cast } = pair;
  const pid = pidOf(owner);
  ghosts.watch(SCHEMES.map((scheme) => owner.address(scheme)));
  await stop(owner);
  // Reading is not fenced by any store: this alone the lease keeps back.
  for (const { client } of cast.devices)
    void client.history(DIRECT, { limit: 10 }).catch(() => undefined);
  await pair.follows(owner);
  signal(pid, 'SIGCONT');
  await retires(owner, ghosts);
  ghosts.watch([]);
  return owner;
}

/** `most`: on so many connections it may have been about to write what it was let say. */
function expectSilence(pair: Pair, ghosts: Ghosts, most: number): void {
  const said = [...new Set(ghosts.said.splice(0))].join(', ');
  const speakers = ghosts.speakers();
  if (speakers > most)
    pair.fail('P8', `an owner whose time was over said ${said} on ${speakers} connections`);
}

/** It outlives the stop, and says nothing. */
async function hangAtRest(pair: Pair, ghosts: Ghosts, file: string): Promise<void> {
  const before = ghosts.count;
  const { server } = await hang(pair, ghosts, (owner) => freezeAtRest(pair, owner, file));
  if (!server.running) pair.fail('rig', 'the old owner was ended, though it was in nobody’s way');
  if (ghosts.count === before) pair.fail('rig', 'no connection stayed with the old owner');
  expectSilence(pair, ghosts, 0);
}

/**
 * Nobody can ask for leave and write in one: what one connection was let say when it stopped may
 * come late. A backup may have ended it, if it held the store up.
 */
async function hangAnywhere(pair: Pair, ghosts: Ghosts): Promise<void> {
  const old = await hang(pair, ghosts, async (owner) => {
    await pair.strike();
    await freeze(pidOf(owner));
  });
  expectSilence(pair, ghosts, 1);
  if (!old.server.running) await pair.start(old);
}

type Act = (pair: Pair, ghosts: Ghosts, file: string) => Promise<void>;

function withGhosts(parts: Omit<PairParts, 'store' | 'linger'>, act: Act): Promise<Findings> {
  const ghosts = new Ghosts();
  let file = '';
  const store = (folder: string): StageStore => {
    file = sqliteFile(folder);
    return sqliteIn(folder);
  };
  const { linger } = ghosts;
  return withPair({ ...parts, store, linger }, (pair) => act(pair, ghosts, file));
}

function play(ground: Ground, rounds: number): Promise<Findings> {
  return withGhosts({ ground }, async (pair, ghosts, file) => {
    await pair.begin();
    for (let round = 1; round <= rounds; round += 1) {
      await pair.settle(TENURE_MS);
      await pair.answers(20 + spread(round, ANSWERS_MAX));
      if (round % 2 === 1) await hangAtRest(pair, ghosts, file);
      else await hangAnywhere(pair, ghosts);
    }
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
    play: (ground) =>
      withGhosts({ ground, failover: { tenure: '0ms' } }, async (pair, ghosts, file) => {
        for (const { server } of pair.nodes)
          server.environment = { NODE_OPTIONS: `--import=${LEASELESS}` };
        await pair.begin();
        await pair.answers(100);
        await hangAtRest(pair, ghosts, file);
        for (const { server } of pair.nodes) await server.kill();
        await pair.drain();
      }),
  },
};
