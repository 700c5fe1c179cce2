/** Everything that one seed brings together. */
import { reasonOf, type Persistence } from 'im-kernel/contract';
import memory from '../../plugins/persistence/memory/index.ts';
import { quietHost } from '../kit/quiet-host.ts';
import { Ailments } from './ailments.ts';
import { HistoryRecorder, type Violation } from './history.ts';
import { drawPlan, type Plan } from './plan.ts';
import { Prng } from './prng.ts';
import { SimDisk } from './sim-disk.ts';
import { SimNetwork } from './sim-network.ts';
import { Situations } from './situations.ts';
import { Trace } from './trace.ts';
import { VirtualClock } from './virtual-clock.ts';

export const SHARDS = 4;

export interface WorldOptions {
  readonly seed: number;
  readonly verbose?: (line: string) => void;
  /** Stands between the node and the store: breaks a rule on purpose. */
  readonly spoilStore?: (store: Persistence, prng: Prng) => Persistence;
  /** The probability that a DELIVER never reaches its client, though what follows it does. */
  readonly dropDeliveries?: number;
  /** Applications take a command without an answer for refused after this. */
  readonly refusedAfterMs?: number;
}

export class World {
  readonly plan: Plan;
  readonly options: WorldOptions;
  readonly trace: Trace;
  readonly clock: VirtualClock;
  readonly prng: Prng;
  /** For guards and consumers alone. */
  readonly effectsPrng: Prng;
  readonly ailments: Ailments;
  readonly network: SimNetwork;
  readonly disk: SimDisk;
  readonly recorder: HistoryRecorder;
  readonly situations = new Situations();
  readonly failures: Violation[] = [];

  constructor(options: WorldOptions) {
    const { seed, verbose, spoilStore = (store) => store } = options;
    this.options = options;
    this.plan = drawPlan(seed);
    this.prng = new Prng(seed ^ 0x5eed);
    this.effectsPrng = new Prng(seed ^ 0xeffec7);
    this.trace = new Trace(verbose);
    this.clock = new VirtualClock(this.trace);
    this.recorder = new HistoryRecorder(() => this.clock.nowMs);
    this.ailments = new Ailments(this, this.effectsPrng.fork());
    const shapes = this.prng.fork();
    this.network = new SimNetwork({
      world: this.clock,
      prng: this.prng.fork(),
      trace: this.trace,
      shape: () => shapes.pick(this.plan.shapes),
    });
    const chance = this.prng.fork();
    this.disk = new SimDisk({
      make: () => spoilStore(this.#emptyStore(chance), chance),
      durable: this.plan.durable,
      recorder: this.recorder,
    });
  }

  say(actor: string, text: string): void {
    this.trace.say(this.clock.nowUs, actor, text);
  }

  /** Something went wrong that no history shows. */
  fail(what: string, error: unknown): void {
    const why = `${what}: ${reasonOf(error)}`;
    this.say('world', why);
    this.failures.push({ promise: 'alive', why, events: [] });
  }

  /** A line of the node's log. A bug that it reports is a broken promise. */
  logged(level: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const text = `${level} ${message} ${JSON.stringify(fields)}`;
    this.say('node', text);
    if (text.includes('IM_BUG')) this.fail('the node reports a bug', text);
  }

  #emptyStore(random: Prng): Persistence {
    return memory.create({ shards: SHARDS }, quietHost({ random }));
  }
}
