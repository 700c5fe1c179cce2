/**
 * Two nodes on hosts of their own, and packets that are lost between hosts, one way or both: the
 * owner changes where it loses the store for longer than its lease, and else never. In each cut and
 * after it every host tries to reach every other, so that what is cut is what was meant.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { missingDatabase } from '../fault-database.ts';
import { spread, type FaultRig, type Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import { DIRECT } from '../load.ts';
import { until } from '../until.ts';
import { Ghosts } from './ghosts.ts';
import { HOSTS, Hosts, missingHosts, type Host, type Way } from './hosts.ts';
import { onPostgres } from './on-postgres.ts';
import type { Pair } from './pair.ts';
import type { PairNode } from './pair-node.ts';
import { Post } from './post.ts';

const ANSWERS_MAX = 200;
/** Shorter than the default, or most of a round would be waiting for it. */
const TENURE = '4s';
/** That, and a beat. */
const TENURE_MS = 5_000;
/** Longer than the lease, where nothing is to come of it. */
const LONG_MS = 6_000;
/** What was lost is sent again ever more rarely. */
const RETIRES_MS = 30_000;
const SCHEMES = ['tcp:', 'ws:'] as const;

interface Scene {
  readonly pair: Pair;
  readonly hosts: Hosts;
  readonly post: Post;
  readonly ghosts: Ghosts;
}

type Cut = (owner: Host, backup: Host) => readonly Way[];

const bothWays = (one: Host, other: Host): readonly Way[] => [
  [one, other],
  [other, one],
];

/** Nothing comes of these. */
const links: Cut = (owner, backup) => bothWays(owner, backup);
const clients: Cut = (owner) => bothWays(owner, 'clients');
const backupOff: Cut = (_, backup) => bothWays(backup, 'store');
/** Another owner does of these. */
const toStore: Cut = (owner) => [[owner, 'store']];
const fromStore: Cut = (owner) => [['store', owner]];
const everything: Cut = (owner) =>
  HOSTS.filter((host) => host !== owner).flatMap((host) => bothWays(owner, host));

const hostOf = ({ name }: PairNode): Host => (name === 'im-a' ? 'im-a' : 'im-b');

async function set({ pair, hosts, post }: Scene, ways: readonly Way[]): Promise<void> {
  hosts.heal();
  hosts.cut(ways);
  const wrong = await post.wrong(ways);
  if (wrong !== undefined) pair.fail('net', wrong);
}

function cutOf({ pair }: Scene, cut: Cut): readonly Way[] {
  return cut(hostOf(pair.owner), hostOf(pair.other(pair.owner)));
}

/** Who is cut off from the owner waits, and goes on afterwards. */
async function withoutNeed(scene: Scene, cut: Cut): Promise<void> {
  const turns = scene.pair.turns.length;
  await set(scene, cutOf(scene, cut));
  await pause(LONG_MS);
  await set(scene, []);
  await scene.pair.goesOn(50);
  scene.pair.expectTurns(turns);
}

async function changes(scene: Scene, cut: Cut): Promise<void> {
  const { pair } = scene;
  await pair.settle(TENURE_MS);
  const { owner } = pair;
  await pair.strike();
  await set(scene, cutOf(scene, cut));
  await pair.follows(owner);
  await set(scene, []);
  await pair.goesOn(50);
}

/** Histories are asked of the old owner while it hears nobody. When they arrive, it is over. */
async function cutOff(scene: Scene): Promise<void> {
  const { pair, ghosts } = scene;
  await pair.settle(TENURE_MS);
  const { owner } = pair;
  ghosts.watch(SCHEMES.map((scheme) => owner.address(scheme)));
  await pair.strike();
  await set(scene, cutOf(scene, everything));
  for (const { client } of pair.cast.devices)
    void client.history(DIRECT, { limit: 10 }).catch(() => undefined);
  await pair.follows(owner);
  if (ghosts.open === 0) pair.fail('rig', 'no connection stayed with the old owner');
  await set(scene, []);
  await until('the end of the old owner', RETIRES_MS, () => ghosts.open === 0);
  ghosts.watch([]);
  // What it had said before its lease was over may come late; to these it had not.
  const late = ghosts.said.filter((type) => type === 'result');
  if (late.length > 0) pair.fail('P8', `an owner whose time was over answered ${late.length}`);
  await pair.goesOn(50);
}

interface Act {
  readonly changes: boolean;
  readonly play: (scene: Scene) => Promise<void>;
}

const calm = (cut: Cut): Act => ({ changes: false, play: (scene) => withoutNeed(scene, cut) });
const grave = (cut: Cut): Act => ({ changes: true, play: (scene) => changes(scene, cut) });

/** Who was cut off from everything is the next to take over: so it came back as the backup. */
const ACTS: readonly Act[] = [
  calm(links),
  { changes: true, play: cutOff },
  calm(clients),
  grave(toStore),
  grave(fromStore),
  calm(backupOff),
];

/** All but the last, which the rig `cuts` plays in its long form, too. */
const QUICK = ACTS.length - 1;

async function playRounds(scene: Scene, rounds: number): Promise<void> {
  const { pair } = scene;
  await pair.begin();
  let turns = 1;
  for (let round = 0; round < rounds; round += 1) {
    await pair.answers(20 + spread(round, ANSWERS_MAX));
    const act = ACTS[round % ACTS.length];
    await act?.play(scene);
    if (act?.changes === true) turns += 1;
  }
  await pair.rest();
  await pair.end();
  pair.expectConsumed();
  pair.expectTurns(turns);
}

async function onHosts<T>(play: (hosts: Hosts, post: Post) => Promise<T>): Promise<T> {
  const hosts = new Hosts();
  const post = new Post(hosts);
  try {
    await post.open();
    return await play(hosts, post);
  } finally {
    post.close();
    hosts.clear();
  }
}

function play(ground: Ground, rounds: number): Promise<Findings> {
  return onHosts((hosts, post) => {
    const ghosts = new Ghosts();
    const database = { host: hosts.addressOf('store') };
    const placeOf = (node: string) => hosts.placeOf(node === 'im-a' ? 'im-a' : 'im-b');
    const parts = { ground, placeOf, linger: ghosts.linger, failover: { tenure: TENURE } };
    return onPostgres(ground, database)(parts, (pair) =>
      playRounds({ pair, hosts, post, ghosts }, rounds),
    );
  });
}

export const namespaces: FaultRig = {
  name: 'cuts between hosts (namespaces)',
  rounds: { quick: QUICK, full: ACTS.length * 5 },
  missing: () => missingDatabase() ?? missingHosts(),
  play,
  control: {
    what: 'a cut of one way where both were meant',
    breaks: 'net',
    play: () =>
      onHosts(async (hosts, post) => {
        const before = await post.wrong([]);
        if (before !== undefined) throw new Error(before);
        hosts.cut([['im-a', 'store']]);
        const why = await post.wrong(bothWays('im-a', 'store'));
        const violations = why === undefined ? [] : [{ promise: 'net', why, events: [] }];
        return { accepted: 0, repeated: 0, violations, history: [] };
      }),
  },
};
