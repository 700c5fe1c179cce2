/**
 * Lanes: bounded queues with one batch in flight each. A shard always goes to the same lane, so a
 * conversation's commands keep the order in which they came. A batch is what gathered while the one
 * before was being kept: group commit without a timer.
 */
import { reasonOf, type Clock, type Log } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Handed } from './handed.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  /** The whole way of a batch; see message-path.ts. */
  readonly travel: (batch: readonly Handed[], held: () => void) => Promise<void>;
  readonly refuseForNow: (handed: Handed, code: 'busy') => void;
  /** A batch threw: the state can be trusted no more, the node must end. */
  readonly broken: (why: string) => void;
}

class Lane {
  readonly #around: Surroundings;
  #queue: Handed[] = [];
  #toKeep = 0;
  #running = false;
  #inFlight = 0;
  #idle: (() => void)[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Commands that wait to be kept; those that are refused already only wait for their turn. */
  get length(): number {
    return this.#toKeep;
  }

  /** Commands of the batch that is on its way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  hand(handed: Handed): void {
    if (!handed.refusal) this.#toKeep += 1;
    this.#queue.push(handed);
    if (this.#running) return;
    this.#running = true;
    this.#around.clock.soon(() => void this.#run());
  }

  whenIdle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const batch = this.#take();
        this.#inFlight = batch.length;
        await this.#around.travel(batch, () => this.#relieve(batch));
      }
    } catch (error) {
      this.#around.log.error('a lane is broken', { why: reasonOf(error) });
      this.#around.broken(reasonOf(error));
      return;
    }
    this.#running = false;
    this.#inFlight = 0;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  /**
   * The batch under way waits for the store, nobody knows how long. What waits behind it gets
   * `busy`, but for its own conversations, whose answers come in order.
   */
  #relieve(batch: readonly Handed[]): void {
    const held = new Set(batch.map(({ command }) => command.conversation));
    const waiting = this.#queue;
    this.#queue = waiting.filter(({ command }) => held.has(command.conversation));
    const relieved = waiting.filter(({ command }) => !held.has(command.conversation));
    this.#toKeep -= relieved.filter(({ refusal }) => !refusal).length;
    for (const handed of relieved) this.#around.refuseForNow(handed, 'busy');
  }

  #take(): readonly Handed[] {
    const { laneBatch, laneBatchBytes } = this.#around.limits;
    let bytes = 0;
    let toKeep = 0;
    let count = 0;
    for (const handed of this.#queue) {
      if (toKeep >= laneBatch || bytes >= laneBatchBytes) break;
      if (!handed.refusal) {
        toKeep += 1;
        bytes += bodyBytes(handed);
      }
      count += 1;
    }
    this.#toKeep -= toKeep;
    if (count === this.#queue.length) {
      const all = this.#queue;
      this.#queue = [];
      return all;
    }
    return this.#queue.splice(0, count);
  }
}

export class Lanes {
  readonly #limits: Limits;
  readonly #lanes: Lane[];

  constructor(around: Surroundings) {
    this.#limits = around.limits;
    this.#lanes = Array.from({ length: around.limits.lanes }, () => new Lane(around));
  }

  /** Commands that wait in all lanes. */
  get length(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.length, 0);
  }

  /** How each lane stands. */
  loads(): readonly { readonly queue: number; readonly inFlight: number }[] {
    return this.#lanes.map(({ length, inFlight }) => ({ queue: length, inFlight }));
  }

  /** True if the lane of this shard has no room: its commands get `busy`. */
  full(shard: number): boolean {
    return this.#lane(shard).length >= this.#limits.laneQueue;
  }

  hand(handed: Handed): void {
    this.#lane(handed.shard).hand(handed);
  }

  /** Resolves when everything handed in so far has its answer. */
  async whenIdle(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.whenIdle()));
  }

  #lane(shard: number): Lane {
    return this.#lanes[shard % this.#lanes.length] as Lane;
  }
}

function bodyBytes(handed: Handed): number {
  return handed.command.type === 'send' ? handed.command.body.length : 0;
}
