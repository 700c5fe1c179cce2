/** Everything that one seed brings together. */
import { reasonOf, type Clock, type Persistence } from 'im-kernel/contract';
import { Ailments } from './ailments.ts';
import type { RegistryTrouble } from './flaky-registry.ts';
import { HistoryRecorder, type Violation } from './history.ts';
import { drawPlan, type Plan } from './plan.ts';
import { Prng } from './prng.ts';
import { Readings } from './readings.ts';
import { SimNetwork } from './sim-network.ts';
import { Situations } from './situations.ts';
import { Ledger } from './store/ledger.ts';
import type { LogMutant } from './store/log-file.ts';
import { makeShelf } from './store/make-shelf.ts';
import type { Shelf } from './store/shelf.ts';
import { Trace } from './trace.ts';
import { VirtualClock } from './virtual-clock.ts';

export const SHARDS = 4;

export interface WorldOptions {
  readonly seed: number;
  readonly verbose?: (line: string) => void;
  /** Stands between the node and the store: breaks a rule on purpose. */
  readonly spoilStore?: (store: Persistence, prng: Prng) => Persistence;
  /** A rule that the simulated log file does not keep; then every store is on a disk. */
  readonly spoilLog?: LogMutant;
  /** Stands there as well, where the answers of the store have come back to the node. */
  readonly spoilAnswers?: (store: Persistence) => Persistence;
  /** What a node takes for its clock. */
  readonly nodeClock?: (clock: Clock) => Clock;
  /** Breaks something of the product for the length of the run; returns what mends it. */
  readonly sabotage?: () => () => void;
  /** The probability that a DELIVER never reaches its client, though what follows it does. */
  readonly dropDeliveries?: number;
  /** Applications take a command without an answer for refused after this. */
  readonly refusedAfterMs?: number;
}

/** A store is spoilt where it outlives its node's process, a log where it is one. */
function planFor({ seed, spoilStore, spoilLog }: WorldOptions): Plan {
  if (spoilLog !== undefined) return drawPlan(seed, 'disk');
  const plan = drawPlan(seed);
  return spoilStore && plan.store === 'disk' ? drawPlan(seed, 'database') : plan;
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
  readonly shelf: Shelf;
  readonly recorder: HistoryRecorder;
  readonly situations = new Situations();
  readonly readings: Readings;
  readonly failures: Violation[] = [];
  /** What is wrong with the registry now. */
  registryTrouble: RegistryTrouble | undefined;
  #lives = 0;

  constructor(options: WorldOptions) {
    const { seed, verbose, spoilStore = (store) => store, spoilLog } = options;
    this.options = options;
    this.plan = planFor(options);
    this.prng = new Prng(seed ^ 0x5eed);
    this.readings = new Readings(seed);
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
    const parts = {
      world: this.clock,
      situations: this.situations,
      ledger: new Ledger(this.recorder),
      shards: SHARDS,
      storeMs: this.plan.storeMs,
      prng: this.prng.fork(),
      spoil: spoilStore,
    };
    this.shelf = makeShelf(this.plan.store, parts, spoilLog);
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

  /** Counts the lives of all nodes. */
  nextLife(): number {
    this.#lives += 1;
    return this.#lives;
  }

  /** A line of a node's log. A bug that it reports is a broken promise. */
  logged(
    actor: string,
    level: string,
    message: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    const text = `${level} ${message} ${JSON.stringify(fields)}`;
    this.say(actor, text);
    if (fields.code === 'IM_SEQUENCER_FENCED')
      this.situations.add('the node’s sequencer was fenced');
    if (message.startsWith('this node owns the shards') && fields.from !== 'nobody')
      this.situations.add('shards taken over');
    if (text.includes('IM_BUG')) this.fail('the node reports a bug', text);
  }
}
