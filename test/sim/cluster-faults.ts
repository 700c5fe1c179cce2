/** What befalls nodes that are not alone. */
import type { NodeLife, OwnershipRecord, Registry } from 'im-kernel/contract';
import { Operator } from '../../core/admin/operator.ts';
import { lendRegister } from '../../core/assembly/lend-register.ts';
import { activeOf, epochOf } from '../../core/cluster/cluster-view.ts';
import type { CLUSTER_FAULTS } from './cluster-plan.ts';
import type { Fault } from './faults.ts';
import { Life } from './life.ts';
import type { Direction } from './link.ts';
import type { Prng } from './prng.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** How late timers are at most, after what has come is done. */
const TIMERS_LATE_MS = 5;
/** The longest that a short pause is, of a lease. */
const SHORT = 0.45;
/** Between two short ones, leases: a beat must come through in between. */
const LEASES_BETWEEN = 2;
/** How many acts of a node are looked at for one to be stopped at. */
const ACTS = 60;
/** So many times the silence that makes a suspect: it is one by then. */
const SUSPECTS_FOR = 1.2;
const SWITCHOVER_LIMIT_MS = 10_000;

const WAYS: readonly (readonly Direction[])[] = [['up', 'down'], ['up'], ['down']];

/** By node: no short pause before this. */
const restUntilMs = new WeakMap<SimNode, number>();

const pause: Fault = ({ nodes }, prng) => {
  const node = someVictim(nodes, prng);
  node.pause();
  return () => node.resume(prng.next() * TIMERS_LATE_MS);
};

const pauseShortly: Fault = ({ nodes, world: { clock, plan } }, prng) => {
  const node = someVictim(nodes, prng);
  const leaseMs = plan.cluster?.leaseMs ?? 0;
  const lastsMs = prng.next() * SHORT * leaseMs;
  if (clock.nowMs < (restUntilMs.get(node) ?? 0)) return undefined;
  restUntilMs.set(node, clock.nowMs + lastsMs + LEASES_BETWEEN * leaseMs);
  node.pause();
  clock.after(lastsMs, 'faults', () => node.resume(prng.next() * TIMERS_LATE_MS));
  return undefined;
};

/** In every step of an append: before it is sent, on its way, and before its answer. */
const pauseInWrite: Fault = ({ nodes, world }, prng) => {
  const node = someVictim(nodes, prng);
  const { trouble } = world.shelf;
  if (prng.chance(0.7)) node.pauseWithin(prng.between(1, ACTS));
  else trouble.duringWrite = () => node.pause();
  return () => {
    trouble.duringWrite = undefined;
    node.resume(prng.next() * TIMERS_LATE_MS);
  };
};

const cutDatabase: Fault = ({ nodes, world: { shelf } }, prng) => {
  const { actor } = someVictim(nodes, prng).place;
  shelf.cutOff(actor, prng.pick(WAYS));
  return () => shelf.mend(actor);
};

/** Some clients do not reach one of the nodes. */
const cutNode: Fault = ({ nodes, devices, world: { network } }, prng) => {
  const { actor } = someVictim(nodes, prng).place;
  const clients = prng.chance(0.3) ? devices : prng.some(devices, 0.5);
  const actors = [...new Set(clients.map((device) => device.actor))];
  network.part(actors, actor);
  return () => network.rejoin(actors, actor);
};

/** Two nodes do not hear each other, or one does not hear the other; or their links just break. */
const cutLinks: Fault = ({ nodes, world: { network, plan } }, prng) => {
  if (plan.cluster?.links === undefined) return undefined;
  const one = prng.pick(nodes).place.actor;
  const other = prng.pick(nodes.filter(({ place }) => place.actor !== one)).place.actor;
  const how = prng.pick(['breaks', 'cut', 'cut one way', 'cut one way'] as const);
  if (how === 'breaks') {
    network.resetBetween(one, other);
    return undefined;
  }
  network.silence(one, other);
  if (how === 'cut') network.silence(other, one);
  return () => network.rejoin([one], other);
};

/** The owner dies while the heir stands still, or is not heard by the other one. */
const partHeirs: Fault = ({ nodes, world: { network, clock, plan } }, prng) => {
  const owner = nodes.find(({ serves }) => serves);
  const [heir, other] = nodes.filter((node) => node !== owner);
  const links = plan.cluster?.links;
  if (!links || !owner || !heir || !other) return undefined;
  if (prng.chance(0.6)) heir.pause();
  else network.silence(heir.place.actor, other.place.actor);
  clock.after(SUSPECTS_FOR * links.suspectAfterMs, 'faults', () => owner.crash('process'));
  return () => {
    network.rejoin([heir.place.actor], other.place.actor);
    heir.resume(prng.next() * TIMERS_LATE_MS);
    owner.start();
  };
};

const registryAway: Fault = ({ world }, prng) => {
  world.registryTrouble = prng.pick(['refuses', 'unanswered']);
  return () => {
    world.registryTrouble = undefined;
  };
};

/** By seconds, as a clock that is set right, or by up to an hour. */
const jumpClock: Fault = ({ world: { shelf, situations, recorder } }, prng) => {
  const mostMs = prng.pick([10_000, 3_600_000]);
  const byMs = prng.between(-mostMs, mostMs);
  shelf.jump(byMs);
  recorder.add({ type: 'clock-jumped', byMs });
  situations.add(byMs < 0 ? 'database clock set back' : 'database clock set ahead');
  return undefined;
};

/** An operator lets another node follow, under load. */
const switchOver: Fault = ({ nodes, world }, prng) => {
  const backups = nodes.filter(({ serves }) => !serves);
  if (backups.length > 0) void switched(world, prng.pick(backups).place.name);
  return undefined;
};

/** An operator gives everything to another node, whether the owner lives or not. */
const takeOver: Fault = ({ nodes, world }, prng) => {
  const backups = nodes.filter(({ serves }) => !serves);
  const force = prng.chance(0.3);
  if (backups.length > 0) void takenOver(world, prng.pick(backups).place.name, force);
  return undefined;
};

async function switched(world: World, to: string): Promise<void> {
  const done = await changed(world, to, activeOf, (operator, expectEpoch) => {
    return operator.switchover({ to, expectEpoch }, SWITCHOVER_LIMIT_MS);
  });
  if (done === undefined) return;
  world.situations.add(done ? 'owner changed as planned' : 'planned change refused');
}

async function takenOver(world: World, to: string, force: boolean): Promise<void> {
  const done = await changed(world, to, lastOf, (operator, expectEpoch) => {
    return operator.takeover({ to, expectEpoch }, force);
  });
  if (done === undefined) return;
  world.situations.add(done ? 'taken over by an operator' : 'takeover refused');
}

type OwnerOf = (record: OwnershipRecord) => NodeLife | undefined;
type Change = (operator: Operator, epoch: number) => Promise<void>;

/** Whether it lives or not. */
function lastOf({ shards }: OwnershipRecord): NodeLife | undefined {
  return shards.find(({ owner }) => owner)?.owner;
}

/** Whether it was done; undefined: there was nothing to ask for. */
async function changed(
  world: World,
  to: string,
  ownerOf: OwnerOf,
  ask: Change,
): Promise<boolean | undefined> {
  const { shelf, clock, recorder, plan } = world;
  const { store } = shelf;
  if (!store) return undefined;
  const record = await store.ownership.look();
  const owner = ownerOf(record);
  if (owner === undefined || owner.node === to) return undefined;
  recorder.add({ type: 'switching', to });
  const operator = new Operator({
    persistence: store,
    register: lendRegister(store),
    registry: {} as Registry,
    clock: new Life('operator', clock).clock,
    beatMs: plan.cluster?.beatMs ?? 0,
  });
  return ask(operator, epochOf(record)).then(
    () => true,
    () => false,
  );
}

function someVictim(nodes: readonly SimNode[], prng: Prng): SimNode {
  const serving = nodes.filter(({ serves }) => serves);
  return prng.pick(serving.length > 0 && prng.chance(0.7) ? serving : nodes);
}

export const CLUSTER_ACTIONS: Readonly<Record<(typeof CLUSTER_FAULTS)[number], Fault>> = {
  'node-pause': pause,
  'node-pause-short': pauseShortly,
  'node-pause-in-write': pauseInWrite,
  'database-cut': cutDatabase,
  'node-cut': cutNode,
  'registry-away': registryAway,
  switchover: switchOver,
  'database-clock-jump': jumpClock,
  takeover: takeOver,
  'link-cut': cutLinks,
  'heirs-apart': partHeirs,
};
