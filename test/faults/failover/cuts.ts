/**
 * Cuts between clients, nodes and PostgreSQL, one way or both, and PostgreSQL restarted in the
 * middle: the owner changes where it is cut off for longer than its lease, and else never.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { missingDatabase, type FaultDatabase } from '../fault-database.ts';
import { FaultProxy, FINE_CLIMATE, type Climate } from '../fault-proxy.ts';
import { spread, type FaultRig, type Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import { FINE, STALLED } from '../trouble.ts';
import { until } from '../until.ts';
import { onPostgres } from './on-postgres.ts';
import type { Pair } from './pair.ts';
import type { PairNode } from './pair-node.ts';

const ANSWERS_MAX = 200;
/** The default `tenure`, and a beat. */
const TENURE_MS = 11_000;
const BACKUP_MS = 30_000;
const GRASPING = join(import.meta.dirname, 'grasping.ts');
const BOTH: Climate = { up: STALLED, down: STALLED, refuses: false };
const UP: Climate = { up: STALLED, down: FINE, refuses: false };
const DOWN: Climate = { up: FINE, down: STALLED, refuses: false };

/** What stands between them. */
class Wires {
  readonly #toDatabase = new Map<string, FaultProxy>();
  readonly #toNodes = new Map<string, FaultProxy>();
  #databasePort = 0;

  /** Where a node finds the database. */
  readonly viaOf = (node: string, port: number): number => {
    this.#databasePort = port;
    return this.#of(this.#toDatabase, node).port;
  };

  /** Where a client finds what listens at an address. */
  readonly dial = (_scheme: string, address: string): string => {
    const url = new URL(address);
    url.port = String(this.#of(this.#toNodes, url.port).port);
    return url.href;
  };

  async lay(nodes: readonly string[]): Promise<void> {
    for (const node of nodes) {
      const proxy = new FaultProxy(() => this.#databasePort);
      await proxy.start();
      this.#toDatabase.set(node, proxy);
    }
  }

  /** Those before each address of a node. */
  async layBefore(node: PairNode): Promise<void> {
    for (const scheme of ['tcp:', 'ws:']) {
      const { port } = new URL(node.address(scheme));
      const proxy = new FaultProxy(() => Number(port));
      await proxy.start();
      this.#toNodes.set(port, proxy);
    }
  }

  database(node: PairNode, climate: Climate): void {
    this.#of(this.#toDatabase, node.name).climate = climate;
  }

  clients(node: PairNode, climate: Climate): void {
    for (const scheme of ['tcp:', 'ws:'])
      this.#of(this.#toNodes, new URL(node.address(scheme)).port).climate = climate;
  }

  async cut(): Promise<void> {
    for (const proxy of [...this.#toDatabase.values(), ...this.#toNodes.values()])
      await proxy.stop();
  }

  #of(proxies: ReadonlyMap<string, FaultProxy>, key: string): FaultProxy {
    const proxy = proxies.get(key);
    if (proxy === undefined) throw new Error(`there is no wire to ${key}`);
    return proxy;
  }
}

interface Scene {
  readonly pair: Pair;
  readonly wires: Wires;
  readonly database: FaultDatabase;
}

/** One owner throughout. */
async function withoutNeed(
  { pair }: Scene,
  forMs: number,
  set: (climate: Climate) => void,
  climate: Climate,
): Promise<void> {
  set(climate);
  await pause(forMs);
  set(FINE_CLIMATE);
  await pair.goesOn(50);
}

/** It has ended as the owner, and has begun anew: clients and the others find it. */
function isBackup({ server: { output } }: PairNode): boolean {
  const last = (said: string): number => output.lastIndexOf(`"msg":"${said}"`);
  const ended = last('stopped');
  if (ended < last('this node owns the shards')) return false;
  return Math.min(last('web started'), last('cluster started')) > ended;
}

/**
 * The owner reaches the database no more, until the other has followed. Then it begins anew, as
 * often as it takes, and is a backup before anything else befalls it.
 */
async function cutOff({ pair, wires }: Scene, climate: Climate): Promise<void> {
  await pair.settle(TENURE_MS);
  const { owner } = pair;
  await pair.strike();
  wires.database(owner, climate);
  await pair.follows(owner);
  wires.database(owner, FINE_CLIMATE);
  await until('the old owner’s next life', BACKUP_MS, () => isBackup(owner));
  await pair.goesOn(50);
}

interface Cut {
  readonly changes: boolean;
  readonly play: (scene: Scene) => Promise<void>;
}

const CUTS: readonly Cut[] = [
  {
    changes: false,
    play: async (scene) => {
      const { owner } = scene.pair;
      await withoutNeed(scene, 4_000, (climate) => scene.wires.clients(owner, climate), UP);
    },
  },
  {
    changes: false,
    play: async (scene) => {
      const { owner } = scene.pair;
      await withoutNeed(scene, 1_500, (climate) => scene.wires.database(owner, climate), DOWN);
    },
  },
  {
    changes: false,
    play: async ({ pair, database }) => {
      await database.endAtOnce();
      await database.start();
      await pair.goesOn(50);
    },
  },
  { changes: true, play: (scene) => cutOff(scene, UP) },
  {
    changes: false,
    play: async (scene) => {
      const backup = scene.pair.other(scene.pair.owner);
      await withoutNeed(scene, 6_000, (climate) => scene.wires.database(backup, climate), BOTH);
    },
  },
  {
    changes: false,
    play: async (scene) => {
      const { owner } = scene.pair;
      await withoutNeed(scene, 4_000, (climate) => scene.wires.clients(owner, climate), DOWN);
    },
  },
  { changes: true, play: (scene) => cutOff(scene, DOWN) },
  {
    changes: false,
    play: async ({ pair, database }) => {
      await database.killFirst();
      await database.comeBack();
      await pair.goesOn(50);
    },
  },
  { changes: true, play: (scene) => cutOff(scene, BOTH) },
];

/** The rest of a short run is one change, and what is cheap. */
const QUICK = 4;

async function play(ground: Ground, rounds: number): Promise<Findings> {
  const wires = new Wires();
  await wires.lay(['im-a', 'im-b']);
  const ensemble = onPostgres(ground, {}, wires.viaOf);
  try {
    return await ensemble({ ground, dial: wires.dial }, async (pair, database) => {
      for (const node of pair.nodes) await wires.layBefore(node);
      await pair.begin();
      let changes = 0;
      for (let round = 0; round < rounds; round += 1) {
        await pair.answers(20 + spread(round, ANSWERS_MAX));
        const cut = CUTS[round % CUTS.length];
        await cut?.play({ pair, wires, database });
        if (cut?.changes === true) changes += 1;
      }
      await pair.rest();
      await pair.end();
      pair.expectConsumed();
      pair.expectTurns(1 + changes);
    });
  } finally {
    await wires.cut();
  }
}

export const cuts: FaultRig = {
  name: 'cuts, two nodes on postgres',
  rounds: { quick: QUICK, full: CUTS.length * 5 },
  missing: missingDatabase,
  play,
  control: {
    what: 'a policy that takes whatever the lease of another says',
    breaks: 'P12',
    play: (ground) =>
      onPostgres(ground)({ ground, failover: { use: GRASPING } }, async (pair) => {
        for (const node of pair.nodes) await pair.start(node);
        pair.expectTurns(1);
        for (const { server } of pair.nodes) await server.kill();
        await pair.drain();
      }),
  },
};
