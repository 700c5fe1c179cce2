/** The faults: each begins at a random time, does its harm, and where it lasts, heals again. */
import { CLUSTER_ACTIONS } from './cluster-faults.ts';
import type { FaultKind, FaultPlan } from './plan.ts';
import type { Prng } from './prng.ts';
import type { SimDevice } from './sim-device.ts';
import type { Crash, SimNode } from './sim-node.ts';
import { noTrouble, type StoreTrouble } from './store/trouble.ts';
import type { World } from './world.ts';

/** What the faults act upon. */
export interface Victims {
  readonly world: World;
  readonly nodes: readonly SimNode[];
  readonly devices: readonly SimDevice[];
}

/** Does it, and answers how to heal it, if it lasts. */
export type Fault = (victims: Victims, prng: Prng) => (() => void) | undefined;

function someDevice({ devices }: Victims, prng: Prng): SimDevice {
  return prng.pick(devices);
}

function someNode({ nodes }: Victims, prng: Prng): SimNode {
  const [first] = nodes;
  return first && nodes.length === 1 ? first : prng.pick(nodes);
}

/** A client's process ends and comes back. */
function clientCrash(forgets: boolean): Fault {
  return (victims, prng) => {
    const device = someDevice(victims, prng);
    if (prng.chance(0.5)) device.crash(forgets, prng.chance(0.4));
    else device.crashWithin(prng.between(1, 30), forgets, prng.chance(0.4));
    return () => device.start();
  };
}

/** Something is wrong with the store for a while. */
function storeTrouble(changes: (prng: Prng) => Partial<StoreTrouble>): Fault {
  return ({ world: { shelf } }, prng) => {
    const changed = changes(prng);
    Object.assign(shelf.trouble, changed);
    return () => {
      const sound = Object.entries(noTrouble()).filter(([name]) => name in changed);
      Object.assign(shelf.trouble, Object.fromEntries(sound));
    };
  };
}

/** How long until a node that died of its start is started again. */
const STARTS_AGAIN_MS = 100;

/**
 * A node ends without a word, at once, within some acts, or in the middle of a write; sometimes
 * once more while it starts.
 */
function nodeCrash(draw: (prng: Prng) => Crash): Fault {
  return (victims, prng) => {
    const { shelf, clock } = victims.world;
    const node = someNode(victims, prng);
    const crash = draw(prng);
    const again = prng.chance(0.3) ? prng.between(1, 8) : undefined;
    const how = prng.below(3);
    if (how === 0) node.crash(crash);
    else if (how === 1) node.crashWithin(prng.between(1, 60), crash);
    else shelf.trouble.duringWrite = () => node.crash(crash);
    return () => {
      shelf.trouble.duringWrite = undefined;
      node.start();
      if (again === undefined) return;
      node.crashWithin(again, crash);
      clock.after(STARTS_AGAIN_MS, 'faults', () => node.start());
    };
  };
}

const ACTIONS: Readonly<Record<FaultKind, Fault>> = {
  reset: (victims, prng) => {
    victims.world.network.reset(someDevice(victims, prng).actor);
    return undefined;
  },
  flap: (victims, prng) => {
    const { world } = victims;
    const { actor } = someDevice(victims, prng);
    const times = prng.between(2, 6);
    for (let time = 0; time < times; time += 1)
      world.clock.after(time * prng.between(100, 1_500), 'faults', () => {
        world.network.reset(actor);
      });
    return undefined;
  },
  cut: (victims, prng) => {
    const { network } = victims.world;
    const ofNode = prng.chance(0.2);
    const { actor } = ofNode ? someNode(victims, prng).place : someDevice(victims, prng);
    network.cut(actor);
    return () => network.mend(actor);
  },
  'cut-one-way': (victims, prng) => {
    const { network } = victims.world;
    const { actor } = someDevice(victims, prng);
    network.cut(actor, [prng.pick(['up', 'down'])]);
    return () => network.mend(actor);
  },
  refuse: (victims, prng) => {
    const { network } = victims.world;
    const { actor } = someDevice(victims, prng);
    network.refuse(actor);
    network.reset(actor);
    return () => network.admit(actor);
  },
  slow: ({ world }, prng) => {
    world.network.slow(prng.pick([5, 50, 500]));
    return () => world.network.slow(1);
  },
  'client-crash': clientCrash(false),
  'client-forgets': clientCrash(true),
  'client-twice': (victims, prng) => {
    someDevice(victims, prng).startTwice();
    return undefined;
  },
  'node-crash': nodeCrash((prng) => (prng.chance(0.3) ? 'machine' : 'process')),
  'node-restart': (victims, prng) => {
    const node = someNode(victims, prng);
    const stopped = node.stop();
    return () => void stopped.finally(() => node.start());
  },
  'wall-jump': (victims, prng) => {
    const byMs = prng.between(-3_600_000, 3_600_000);
    const life = prng.chance(0.5) ? someNode(victims, prng).life : someDevice(victims, prng).life;
    life?.jump(byMs);
    return undefined;
  },
  'store-slow': storeTrouble((prng) => ({ slowness: prng.pick([10, 100]) })),
  'store-away': storeTrouble(() => ({ refuse: 'IM_STORE_AWAY' })),
  'store-full': ({ world }) => world.shelf.fill(),
  'store-unknown': storeTrouble((prng) => ({ unknown: prng.pick([0.1, 0.5]) })),
  'power-cut': nodeCrash(() => 'power'),
  'disk-write-fails': storeTrouble((prng) => ({ writeFails: prng.pick([0.05, 1]) })),
  'disk-sync-fails': storeTrouble((prng) => ({ syncFails: prng.pick([0.05, 1]) })),
  'database-breaks': ({ world }) => {
    world.shelf.breakConnections();
    return undefined;
  },
  'database-crash': ({ world }) => world.shelf.crash(),
  ...CLUSTER_ACTIONS,
};

/** Lets the planned faults happen until `stop` is called; then everything is healed. */
export class Faults {
  readonly counts = new Map<FaultKind, number>();
  readonly #victims: Victims;
  readonly #prng: Prng;
  #over = false;

  constructor(victims: Victims, prng: Prng) {
    this.#victims = victims;
    this.#prng = prng;
    for (const plan of victims.world.plan.faults) this.#next(plan);
  }

  stop(): void {
    this.#over = true;
    const { world, nodes, devices } = this.#victims;
    world.registryTrouble = undefined;
    world.network.heal();
    world.shelf.heal();
    for (const node of nodes) {
      node.spare();
      node.start();
    }
    for (const device of devices) {
      device.quicken();
      device.endOlder();
      device.start();
    }
  }

  #next(plan: FaultPlan): void {
    const { world } = this.#victims;
    world.clock.after(this.#prng.exponential(plan.everyMs), 'faults', () => {
      if (this.#over) return;
      this.#strike(plan);
      this.#next(plan);
    });
  }

  #strike({ kind, lastsMs }: FaultPlan): void {
    const { world } = this.#victims;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    world.say('faults', kind);
    const heal = ACTIONS[kind](this.#victims, this.#prng);
    if (heal === undefined) return;
    world.clock.after(this.#prng.exponential(lastsMs), 'faults', () => {
      world.say('faults', `${kind} heals`);
      heal();
    });
  }
}
