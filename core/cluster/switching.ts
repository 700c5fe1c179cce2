/** Both ends of a planned change of the owner; see switchover.ts for its steps. */
import {
  ImError,
  reasonOf,
  type Clock,
  type Log,
  type NodeLife,
  type OwnershipRecord,
  type Register,
} from '../contract/index.ts';
import { activeOf, epochOf } from './cluster-view.ts';
import type { NodeCard } from './node-card.ts';
import { readSwitchover, underWay, type Reading, type Switchover } from './switchover.ts';
import type { Whereabouts } from './whereabouts.ts';

interface Surroundings {
  readonly register: Register;
  readonly self: NodeLife;
  readonly clock: Clock;
  readonly log: Log;
  readonly beatMs: number;
  readonly whereabouts: Whereabouts;
  readonly handOver: (to: NodeLife, addresses: readonly string[]) => void;
}

/** How many beats a node that was asked may take to prepare. */
const PREPARE_BEATS = 5;
/** So long it may take in any case, ms: the owner serves meanwhile. */
const PREPARE_MIN_MS = 3_000;
/** Before a step that the store did not answer is tried again, ms. */
const RETRY_MS = 100;

export class Switching {
  readonly #around: Surroundings;
  #askedMs: number | undefined;
  #hurried = false;
  #expected = false;
  /** False: the change was refused. */
  #handedOver: PromiseWithResolvers<boolean> = Promise.withResolvers();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** True while turns should follow each other quickly. */
  get hurried(): boolean {
    return this.#hurried;
  }

  /** True while this node lets clients wait for it. */
  get expected(): boolean {
    return this.#expected;
  }

  /** Asks `to` to follow the owner under the cluster's epoch; false if another change is begun. */
  async ask(to: string, record: OwnershipRecord, by: string): Promise<boolean> {
    const reading = await readSwitchover(this.#around.register);
    const epoch = epochOf(record);
    if (underWay(reading.now, epoch)) return false;
    return reading.move({ to, epoch, phase: 'asked', by, at: this.#around.clock.now() });
  }

  /** Resolves to true once the shards are handed over, to false if not, after the limit at last. */
  whenHandedOver(limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#around.clock.after(limitMs, () => resolve(false));
      void this.#handedOver.promise.then((isDone) => {
        cancel();
        resolve(isDone);
      });
    });
  }

  /** Moves the change on, as far as it is this node's to move. */
  async turn(
    record: OwnershipRecord,
    cards: ReadonlyMap<string, NodeCard>,
    serving: boolean,
  ): Promise<void> {
    const { register, self } = this.#around;
    const reading = await readSwitchover(register);
    const { now } = reading;
    if (!now || now.phase === 'done' || now.phase === 'refused') return this.#rest();
    if (serving) return this.#asOwner(reading, now, record, cards);
    // An owner that died on the way hands nothing over any more: the policy says who follows.
    const isNext = now.to === self.node && now.epoch === epochOf(record);
    if (isNext && activeOf(record)) return this.#asNext(reading, now);
    this.#rest();
  }

  async #asOwner(
    reading: Reading,
    now: Switchover,
    record: OwnershipRecord,
    cards: ReadonlyMap<string, NodeCard>,
  ): Promise<void> {
    const { clock, self, handOver, beatMs, log } = this.#around;
    if (now.phase === 'moving' && now.to === self.node) {
      await reading.move({ ...now, phase: 'done' });
      return this.#rest();
    }
    const card = cards.get(now.to);
    this.#hurried = true;
    this.#askedMs ??= clock.monotonic();
    const limitMs = Math.max(PREPARE_MIN_MS, PREPARE_BEATS * beatMs);
    const late = clock.monotonic() - this.#askedMs > limitMs;
    const why = this.#refusal(now, record, card) ?? (late ? 'it did not answer' : undefined);
    if (why !== undefined) {
      log.warn('a planned change of the owner is refused', { to: now.to, why });
      await reading.move({ ...now, phase: 'refused', why });
      this.#handedOver.resolve(false);
      this.#handedOver = Promise.withResolvers();
      return this.#rest();
    }
    if (now.phase !== 'prepared' || now.life === undefined || !card) return;
    if (!(await reading.move({ ...now, phase: 'moving' }))) return;
    log.info('the owner changes as planned', { to: now.to, by: now.by });
    handOver({ node: now.to, life: now.life }, card.addresses);
  }

  async #asNext(reading: Reading, now: Switchover): Promise<void> {
    const { self, whereabouts } = this.#around;
    this.#hurried = true;
    if (!this.#expected) whereabouts.soonHere();
    this.#expected = true;
    if (now.phase === 'asked') await reading.move({ ...now, phase: 'prepared', life: self.life });
  }

  #refusal(
    now: Switchover,
    record: OwnershipRecord,
    card: NodeCard | undefined,
  ): string | undefined {
    const epoch = epochOf(record);
    if (now.epoch !== epoch) return `the epoch is ${epoch}, not ${now.epoch}`;
    if (now.to === this.#around.self.node) return `${now.to} owns everything already`;
    const living = record.nodes.find(({ node }) => node === now.to);
    if (!living || living.gone || living.leaseLeftMs <= 0) return `${now.to} is not there`;
    if (card?.life !== living.life || !card.ready) return `${now.to} is not ready`;
    if (now.life !== undefined && now.life !== living.life) return `${now.to} was started again`;
    return undefined;
  }

  /** Hands over until the store answers; false if that is not wanted any more. */
  async untilDone(give: () => Promise<void>, isWanted: () => boolean): Promise<boolean> {
    const { clock, log } = this.#around;
    while (isWanted()) {
      try {
        await give();
        this.#handedOver.resolve(true);
        return true;
      } catch (error) {
        if (!(error instanceof ImError) || error.kind !== 'passing') throw error;
        log.debug('a step of the change is tried again', { why: reasonOf(error) });
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
      }
    }
    return false;
  }

  #rest(): void {
    this.#hurried = false;
    this.#expected = false;
    this.#askedMs = undefined;
  }
}
