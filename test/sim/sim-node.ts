/** A node under simulation: the real kernel, assembled anew in each of its lives. */
import type { Cancel, Clock, Log, Random } from 'im-kernel/contract';
import { reasonOf } from 'im-kernel/contract';
import { assemble } from '../../core/assembly/assemble.ts';
import type { Node } from '../../core/assembly/node.ts';
import type { NodeEvent } from './history.ts';
import { Life } from './life.ts';
import type { NodePlace } from './node-place.ts';
import { nodeSettings } from './node-settings.ts';
import { simHeart } from './sim-heart.ts';
import type { World } from './world.ts';

/** How long whoever looks after a node takes to start it again. */
const COMES_BACK_MS = 200;
/** How long an orderly stop may take before it counts as a fault of the kernel. */
const STOP_LIMIT_MS = 60_000;

/**
 * process: its system closes its connections. machine: it is gone without a word. power: and so is
 * what its disk has not synced.
 */
export type Crash = 'process' | 'machine' | 'power';

export class SimNode {
  readonly place: NodePlace;
  readonly #world: World;
  /** Its process. */
  #life: Life | undefined;
  #running: Node | undefined;
  #number = 0;
  #stopping = false;
  /** The process that failed last. */
  #failing: Life | undefined;
  #spared = false;
  #cancelCrash: Cancel = () => undefined;

  constructor(world: World, place: NodePlace) {
    this.#world = world;
    this.place = place;
  }

  /** The process under way; undefined between a crash and the next start. */
  get life(): Life | undefined {
    return this.#life?.alive === true ? this.#life : undefined;
  }

  /** The node in that process. */
  get running(): Node | undefined {
    return this.life === undefined ? undefined : this.#running;
  }

  /** Which life it is in, counted over all nodes of the world. */
  get lifeNumber(): number {
    return this.#number;
  }

  /** True while it serves clients. */
  get serves(): boolean {
    const path = this.running?.states().find(({ name }) => name === 'path');
    return path?.state === 'running' || path?.state === 'degraded';
  }

  /** Starts it, if it does not run; or calls off a crash that has not come yet. */
  start(): void {
    const before = this.life;
    if (before !== undefined) return this.#callOff();
    const life = new Life(this.place.actor, this.#world.clock);
    this.#life = life;
    this.#stopping = false;
    this.#begin(life);
  }

  /** A life of the node in this process. */
  #begin(life: Life): void {
    const { prng } = this.#world;
    this.#number = this.#world.nextLife();
    this.#note('started');
    const settings = nodeSettings(this.#world, this.place, life, this.#number);
    const host = this.#host(life, prng.fork());
    const heart = simHeart(this.#world, life, this.#number, host.clock);
    const running = assemble(settings, { ...host, heart });
    this.#running = running;
    running.onFailed((part, why) => this.#failed(life, running, `${part} failed: ${why}`));
    const started = running.start();
    const over = (why: string): void => void this.#over(life, running, why);
    running.onOver(
      (why) =>
        void started.then(
          () => over(why),
          () => undefined,
        ),
    );
    started.catch((error: unknown) => this.#notStarted(life, error));
  }

  /** As `main.ts` does: it stops in order and ends; whoever looks after it starts it again. */
  #failed(life: Life, running: Node, why: string): void {
    const { situations } = this.#world;
    if (!life.alive || this.#failing === life) return;
    this.#failing = life;
    if (!this.#excused(life)) this.#world.fail('the node failed', why);
    void running.stop().then(() => {
      if (!life.alive) return;
      situations.add('node failed for its store and came back');
      this.#comeBack(why);
    });
  }

  /** As `main.ts` does: it stops, and comes back in the same process as another life. */
  async #over(life: Life, running: Node, why: string): Promise<void> {
    const isAtIt = (): boolean =>
      life.alive && this.#running === running && !this.#stopping && this.#failing !== life;
    if (!isAtIt()) return;
    const errors = await running.stop();
    if (!isAtIt()) return;
    if (errors.length > 0 && !this.#excused(life))
      this.#world.fail('the node did not step back', errors[0]);
    this.#world.situations.add('owner stepped back');
    this.#note('stopped', why);
    this.#begin(life);
  }

  #notStarted(life: Life, error: unknown): void {
    const { situations } = this.#world;
    if (!life.alive || this.#stopping) return;
    if (this.#excused(life)) {
      situations.add('node did not start for its store and came back');
      return this.#comeBack(reasonOf(error));
    }
    // It would go on like this until the end of the run.
    this.#world.fail('the node did not start', error);
    this.#note('crashed', reasonOf(error));
    this.#end('process');
  }

  #excused(life: Life): boolean {
    return this.#world.shelf.excuses(life) || life.wasPaused;
  }

  #comeBack(why: string): void {
    this.#note('crashed', why);
    this.#end('process');
    this.#world.clock.after(COMES_BACK_MS, this.place.actor, () => {
      if (this.life === undefined) this.start();
    });
  }

  /** The process is gone at once. */
  crash(how: Crash): void {
    if (this.life === undefined || this.#spared) return;
    this.#note('crashed', how);
    this.#end(how);
  }

  /** Neither crashes nor pauses any more, whatever was meant for it. */
  spare(): void {
    this.#spared = true;
    this.#callOff();
    this.resume(0);
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

  /** The process stands still, from one moment to the next. */
  pause(): void {
    const { life } = this;
    if (life === undefined || life.paused || this.#spared) return;
    life.pause();
    this.#world.network.standsStill(life);
  }

  /** Stands still upon one of its next acts. */
  pauseWithin(acts: number): void {
    this.life?.pauseAfter(acts, () => this.pause());
  }

  resume(timersLateMs: number): void {
    this.life?.resume(timersLateMs);
  }

  /** Stops in order. */
  async stop(): Promise<void> {
    const life = this.life;
    const running = this.#running;
    if (life === undefined || running === undefined) return;
    const { situations, clock, recorder } = this.#world;
    if (this.serves) recorder.add({ type: 'switching', to: 'whoever is next' });
    this.#stopping = true;
    const cancel = clock.after(STOP_LIMIT_MS, this.place.actor, () => {
      if (life.alive && !life.paused)
        this.#world.fail('the node did not stop', new Error('it takes too long'));
    });
    const errors = await running.stop();
    cancel();
    if (!life.alive) return;
    if (errors.length > 0 && !this.#excused(life)) this.#world.fail('the node stopped', errors[0]);
    situations.add('node stopped in order');
    this.#note('stopped');
    this.#end('process');
  }

  #note(what: NodeEvent['what'], detail = ''): void {
    const { name: node, address } = this.place;
    this.#world.recorder.add({ type: 'node', what, detail, node, address, life: this.#number });
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
    life.resume(0);
    network.died(life, how !== 'process');
    shelf.nodeEnded();
    if (how === 'power') shelf.cutPower();
  }

  #host(life: Life, random: Random): { clock: Clock; random: Random; log: Log } {
    const { actor } = this.place;
    const note =
      (level: string) =>
      (message: string, fields?: Readonly<Record<string, unknown>>): void => {
        if (life.alive) this.#world.logged(actor, level, message, fields);
      };
    const log: Log = {
      debug: () => undefined,
      info: note('info'),
      warn: note('warn'),
      error: note('error'),
    };
    const { nodeClock = (clock) => clock } = this.#world.options;
    return { clock: nodeClock(life.clock), random, log };
  }
}
