/**
 * One seed, one run: faults and work, then healing, then everybody must come to rest with
 * everything done.
 */
import { judge } from './checks/index.ts';
import { configured } from './configured.ts';
import { Faults } from './faults.ts';
import type { History, Violation } from './history.ts';
import { consumersBehind, NodeWatch } from './node-watch.ts';
import { SimDevice } from './sim-device.ts';
import { placesOf } from './node-place.ts';
import { SimNode } from './sim-node.ts';
import type { FaultKind, Plan } from './plan.ts';
import { RivalSequencer } from './rival-sequencer.ts';
import type { Situations } from './situations.ts';
import { Workload } from './workload.ts';
import { SHARDS, World, type WorldOptions } from './world.ts';

/** The longest that faults and work go on. */
const SAFETY_LIMIT_MS = 120_000;
/**
 * From healing to rest: a client's longest wait between two connections, its connecting, and the
 * answers.
 */
const LIVENESS_LIMIT_MS = 120_000;
const LOOK_EVERY_MS = 250;
/** What still happens after everything seems done must not be wrong either. */
const QUIET_MS = 3_000;
const STOP_LIMIT_MS = 120_000;

export interface SeedReport {
  readonly seed: number;
  readonly plan: Plan;
  readonly hash: string;
  readonly events: number;
  readonly virtualMs: number;
  readonly commands: number;
  readonly violations: readonly Violation[];
  readonly situations: Situations;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** The last lines of the trace. */
  readonly lines: readonly string[];
  readonly history: History;
}

/**
 * What a device still has to do; undefined: nothing. One whose client has ended is started again: a
 * process that was replaced by another of its device ends for good, and somebody has to open the
 * app again.
 */
async function unfinished(world: World, device: SimDevice): Promise<string | undefined> {
  const { client, actor } = device;
  if (!device.begun) return `${actor} has not come yet`;
  device.start();
  if (client === undefined) return `${actor} does not run`;
  if (client.state !== 'online') return `${actor} is ${client.state}`;
  if (client.unanswered.length > 0) return `${actor} has ${client.unanswered.length} unanswered`;
  const { user, device: name } = device.plan;
  const [backlog] = (await world.shelf.store?.backlog(user, name, '', 1)) ?? [];
  return backlog === undefined ? undefined : `${actor} has a backlog in ${backlog}`;
}

async function comesToRest(
  world: World,
  nodes: readonly SimNode[],
  devices: readonly SimDevice[],
): Promise<void> {
  let open: string | undefined = 'nobody has looked';
  const look = async (): Promise<void> => {
    open = undefined;
    for (const device of devices) open ??= await unfinished(world, device);
    if (nodes.some(({ running }) => running !== undefined && consumersBehind(running)))
      open ??= 'a consumer is behind';
    if (open !== undefined) world.clock.after(LOOK_EVERY_MS, 'judge', () => void look());
  };
  world.clock.after(LOOK_EVERY_MS, 'judge', () => void look());
  const limitMs = world.clock.nowMs + LIVENESS_LIMIT_MS;
  await world.clock.run(() => open === undefined, limitMs);
  if (open === undefined) return;
  const why = `${LIVENESS_LIMIT_MS / 1000} s after all faults ended, ${open}`;
  world.failures.push({ promise: 'P11', why, events: [] });
}

async function phases(world: World, counts: (faults: Faults, workload: Workload) => void) {
  const { clock, plan, shelf } = world;
  const nodes = placesOf(plan).map((place) => new SimNode(world, place));
  world.recorder.add(configured(plan, SHARDS));
  const watch = new NodeWatch(world, nodes);
  const devices = plan.devices.map((device) => new SimDevice(world, device));
  for (const node of nodes) node.start();
  const workload = new Workload(world, devices, world.prng.fork());
  const faults = new Faults({ world, nodes, devices }, world.prng.fork());
  const rival = new RivalSequencer(world, nodes[0] as SimNode);
  counts(faults, workload);
  await clock.run(() => workload.done, SAFETY_LIMIT_MS);
  world.say('world', 'all faults end');
  workload.stop();
  faults.stop();
  rival.end();
  world.ailments.stop();
  await clock.run(() => false, clock.nowMs + 1_000);
  workload.farewell();
  await comesToRest(world, nodes, devices);
  await clock.run(() => false, clock.nowMs + QUIET_MS);
  watch.look(true);
  await shelf.readBack();
  // Backups first: nobody is left to follow.
  for (const node of nodes.toSorted((a, b) => Number(a.serves) - Number(b.serves))) {
    let stopped = false;
    void node.stop().finally(() => {
      stopped = true;
    });
    await clock.run(() => stopped, clock.nowMs + STOP_LIMIT_MS);
  }
  await watch.readBack(world.recorder.history);
}

export async function runSeed(options: WorldOptions): Promise<SeedReport> {
  const mend = options.sabotage?.();
  const world = new World(options);
  let faults: Faults | undefined;
  let workload: Workload | undefined;
  const onRejection = (error: unknown): void => world.fail('a promise was left rejected', error);
  process.on('unhandledRejection', onRejection);
  try {
    await phases(world, (made, work) => {
      faults = made;
      workload = work;
    });
  } catch (error) {
    world.fail('an event threw', error);
  } finally {
    mend?.();
    process.off('unhandledRejection', onRejection);
  }
  const { history } = world.recorder;
  return {
    seed: options.seed,
    plan: world.plan,
    hash: world.trace.hash,
    events: world.trace.events,
    virtualMs: world.clock.nowMs,
    commands: workload?.handedIn ?? 0,
    violations: [...world.failures, ...judge(history)],
    situations: world.situations,
    faults: faults?.counts ?? new Map(),
    lines: world.trace.lines,
    history,
  };
}
