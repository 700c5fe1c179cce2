/** The node under simulation: the real kernel, assembled anew in each of its lives. */
import type {
  AnyPlugin,
  Authentication,
  Cancel,
  Clock,
  Identity,
  Log,
  Random,
  Role,
} from 'im-kernel/contract';
import { definePlugin, reasonOf } from 'im-kernel/contract';
import { assemble } from '../../core/assembly/assemble.ts';
import type { Node } from '../../core/assembly/node.ts';
import type { Instance, Settings } from '../../core/config/settings.ts';
import noFailover from '../../plugins/failover/none/index.ts';
import storeRegistry from '../../plugins/registries/store/index.ts';
import { effectsSettings } from './effects-settings.ts';
import type { NodeEvent } from './history.ts';
import { Life } from './life.ts';
import { limitsWith } from './limits-with.ts';
import { orderingSettings } from './ordering-plan.ts';
import { simTransport } from './sim-transport.ts';
import { simPersistence } from './store/shelf.ts';
import { watchedStore } from './watched-store.ts';
import type { World } from './world.ts';

export const NODE_ADDRESS = 'tcp://127.0.0.1:7400';
/** How long whoever looks after a node takes to start it again. */
const COMES_BACK_MS = 200;
/** How long an orderly stop may take before it counts as a fault of the kernel. */
const STOP_LIMIT_MS = 60_000;

/**
 * process: its system closes its connections. machine: it is gone without a word. power: and so is
 * what its disk has not synced.
 */
export type Crash = 'process' | 'machine' | 'power';

const authentication = definePlugin({
  contract: 1,
  role: 'authentication',
  type: 'simulated',
  summary: 'A token is a user’s name.',
  stability: 'experimental',
  config: {},
  create: (): Authentication => ({
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    authenticate: (token): Promise<Identity> => Promise.resolve({ user: token }),
  }),
});

function instance(role: Role, plugin: unknown, config: Instance['config'] = {}): Instance {
  const known = plugin as AnyPlugin;
  const name = role === 'transport' ? 'sim' : role;
  return { name, role, type: known.type, plugin: known, config };
}

export class SimNode {
  readonly #world: World;
  #life: Life | undefined;
  #running: Node | undefined;
  #lives = 0;
  #stopping = false;
  /** The life that failed last. */
  #failing: Life | undefined;
  #spared = false;
  #cancelCrash: Cancel = () => undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** The life under way; undefined between a crash and the next start. */
  get life(): Life | undefined {
    return this.#life?.alive === true ? this.#life : undefined;
  }

  /** The node of that life. */
  get running(): Node | undefined {
    return this.life === undefined ? undefined : this.#running;
  }

  /** How many lives it has had, this one included. */
  get lives(): number {
    return this.#lives;
  }

  /** Starts it, if it does not run; or calls off a crash that has not come yet. */
  start(): void {
    const before = this.life;
    if (before !== undefined) return this.#callOff();
    this.#lives += 1;
    const { clock, prng } = this.#world;
    const life = new Life('node', clock);
    this.#life = life;
    this.#stopping = false;
    this.#note('started');
    const running = assemble(this.#settings(life), this.#host(life, prng.fork()));
    this.#running = running;
    running.onFailed((part, why) => this.#failed(life, running, `${part} failed: ${why}`));
    running.start().catch((error: unknown) => this.#notStarted(life, error));
  }

  /** As `main.ts` does: it stops in order and ends; whoever looks after it starts it again. */
  #failed(life: Life, running: Node, why: string): void {
    const { shelf, situations } = this.#world;
    if (!life.alive || this.#failing === life) return;
    this.#failing = life;
    if (!shelf.excuses(life)) this.#world.fail('the node failed', why);
    void running.stop().then(() => {
      if (!life.alive) return;
      situations.add('node failed for its store and came back');
      this.#comeBack(why);
    });
  }

  #notStarted(life: Life, error: unknown): void {
    const { shelf, situations } = this.#world;
    if (!life.alive || this.#stopping) return;
    if (shelf.excuses(life)) {
      situations.add('node did not start for its store and came back');
      return this.#comeBack(reasonOf(error));
    }
    // It would go on like this until the end of the run.
    this.#world.fail('the node did not start', error);
    this.#note('crashed', reasonOf(error));
    this.#end('process');
  }

  #comeBack(why: string): void {
    this.#note('crashed', why);
    this.#end('process');
    this.#world.clock.after(COMES_BACK_MS, 'node', () => {
      if (this.life === undefined) this.start();
    });
  }

  /** The process is gone at once. */
  crash(how: Crash): void {
    if (this.life === undefined || this.#spared) return;
    this.#note('crashed', how);
    this.#end(how);
  }

  /** It does not crash any more, whatever was meant for it. */
  spare(): void {
    this.#spared = true;
    this.#callOff();
  }

  /** Crashes upon one of its next acts: in the middle of a turn. */
  crashWithin(acts: number, how: Crash): void {
    const life = this.life;
    if (life === undefined || this.#spared) return;
    this.#callOff();
    this.#cancelCrash = life.onEnd(() => {
      this.#note('crashed', `${how}, act of ${acts}`);
      this.#gone(life, how);
    });
    life.endAfter(acts);
  }

  /** Stops in order. */
  async stop(): Promise<void> {
    const life = this.life;
    const running = this.#running;
    if (life === undefined || running === undefined) return;
    const { situations, clock, shelf } = this.#world;
    this.#stopping = true;
    const cancel = clock.after(STOP_LIMIT_MS, 'node', () => {
      if (life.alive) this.#world.fail('the node did not stop', new Error('it takes too long'));
    });
    const errors = await running.stop();
    cancel();
    if (!life.alive) return;
    if (errors.length > 0 && !shelf.excuses(life)) this.#world.fail('the node stopped', errors[0]);
    situations.add('node stopped in order');
    this.#note('stopped');
    this.#end('process');
  }

  #note(what: NodeEvent['what'], detail = ''): void {
    this.#world.recorder.add({ type: 'node', what, detail, life: this.#lives });
  }

  /** A crash that was meant for some act of this life does not come. */
  #callOff(): void {
    this.#cancelCrash();
    this.life?.endAfter(Infinity);
  }

  #end(how: Crash): void {
    const life = this.#life;
    if (life?.alive !== true) return;
    this.#callOff();
    life.end();
    this.#gone(life, how);
  }

  #gone(life: Life, how: Crash): void {
    const { network, shelf } = this.#world;
    network.died(life, how !== 'process');
    shelf.nodeEnded();
    if (how === 'power') shelf.cutPower();
  }

  #host(life: Life, random: Random): { clock: Clock; random: Random; log: Log } {
    const note =
      (level: string) =>
      (message: string, fields?: Readonly<Record<string, unknown>>): void => {
        if (life.alive) this.#world.logged(level, message, fields);
      };
    const log: Log = {
      debug: () => undefined,
      info: note('info'),
      warn: note('warn'),
      error: note('error'),
    };
    return { clock: life.clock, random, log };
  }

  #settings(life: Life): Settings {
    const { plan, network, shelf, prng, situations, recorder } = this.#world;
    const { highWaterBytes } = plan;
    const { lives } = this;
    const kept = simPersistence(shelf, life, prng.fork());
    const store = watchedStore(kept, recorder, lives, this.#world.options.spoilAnswers);
    const transport = { network, life, address: NODE_ADDRESS, highWaterBytes, situations };
    return {
      file: 'simulated',
      folder: '/',
      node: { name: 'sim-1', data: '/' },
      cluster: undefined,
      gateway: undefined,
      transports: [instance('transport', simTransport(transport))],
      persistence: instance('persistence', store),
      answers: undefined,
      ordering: orderingSettings(plan.ordering, plan.seed),
      registry: instance('registry', storeRegistry),
      failover: instance('failover', noFailover),
      authentication: instance('authentication', authentication),
      ...effectsSettings(this.#world, life, lives),
      chat: { friendsOnly: plan.friendsOnly, keepBodies: plan.retention.keepBodiesMs },
      log: { level: 'info' },
      limits: limitsWith({ ...plan.limits, ...plan.retention.limits }),
    };
  }
}
