/** Puts time between a node and its store, and silence once the node is dead. */
import type { Persistence } from 'im-kernel/contract';
import type { Life } from '../life.ts';
import type { Prng } from '../prng.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { readsOf, type Ask } from './reads-of.ts';
import { takeDuringWrite, type StoreTrouble } from './trouble.ts';

export interface StoreWireParts {
  readonly world: VirtualClock;
  readonly life: Life;
  readonly prng: Prng;
  readonly trouble: StoreTrouble;
  /** Mean time of a write; reads take a third. */
  readonly storeMs: number;
  /** A write that was under way when the node died is not carried out. */
  readonly lost?: () => void;
}

export class StoreWire {
  readonly #parts: StoreWireParts;
  #writesUntilMs = 0;
  #answersUntilMs = 0;

  constructor(parts: StoreWireParts) {
    this.#parts = parts;
  }

  /** Reads take their own time: they may pass writes that are not answered yet. */
  read<T>(run: () => Promise<T>): Promise<T> {
    return this.#ask(this.#delayMs() / 6, () => this.#delayMs() / 6, run);
  }

  /** Writes are carried out in the sequence in which they were asked for. */
  write<T>(run: () => Promise<T>): Promise<T> {
    const { world, life, lost, trouble, prng } = this.#parts;
    this.#writesUntilMs = Math.max(this.#writesUntilMs, world.nowMs + this.#delayMs() / 2);
    const answerInMs = (): number => {
      this.#answersUntilMs = Math.max(this.#answersUntilMs, world.nowMs + this.#delayMs() / 2);
      return this.#answersUntilMs - world.nowMs;
    };
    const delayMs = this.#writesUntilMs - world.nowMs;
    const disturb = takeDuringWrite(trouble);
    if (disturb !== undefined) world.after(prng.next() * delayMs, 'faults', disturb);
    const forget = life.onEnd(() => lost?.());
    return this.#ask(delayMs, answerInMs, () => {
      forget();
      return run();
    });
  }

  #ask<T>(delayMs: number, answerInMs: () => number, run: () => Promise<T>): Promise<T> {
    const { life } = this.#parts;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (!life.act()) return promise;
    life.after(delayMs, () => {
      run().then(
        (value) => life.after(answerInMs(), () => resolve(value)),
        (error: unknown) => life.after(answerInMs(), () => reject(error)),
      );
    });
    return promise;
  }

  #delayMs(): number {
    const { storeMs, trouble, prng } = this.#parts;
    return prng.exponential(storeMs) * trouble.slowness;
  }
}

/** A store whose reads and writes are asked through these. */
export function askedThrough(store: Persistence, read: Ask, write: Ask): Persistence {
  return {
    guarantees: store.guarantees,
    get log() {
      return store.log;
    },
    get shards() {
      return store.shards;
    },
    start: (signal) => store.start(signal),
    stop: (deadline) => store.stop(deadline),
    append: (batch) => write((on) => on.append(batch)),
    saveProgress: (progress) => write((on) => on.saveProgress(progress)),
    registerDevice: (user, device) => write((on) => on.registerDevice(user, device)),
    retire: (retirement) => write((on) => on.retire(retirement)),
    ...readsOf(read),
    ownership: {
      // In a time of its own: a beat waits for no append.
      beat: (...asked) => read((on) => on.ownership.beat(...asked)),
      look: () => read((on) => on.ownership.look()),
      leave: (life) => write((on) => on.ownership.leave(life)),
      take: (...asked) => write((on) => on.ownership.take(...asked)),
    },
    register: {
      read: (key) => read((on) => on.register.read(key)),
      list: (...page) => read((on) => on.register.list(...page)),
      compareAndSet: (...change) => write((on) => on.register.compareAndSet(...change)),
    },
  };
}
