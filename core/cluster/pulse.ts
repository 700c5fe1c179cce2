/** Turns that follow each other, one at a time: after a pause, or at once when asked. */
import type { Cancel, Clock } from '../contract/index.ts';

interface Surroundings {
  readonly clock: Clock;
  /** Never rejects. */
  readonly turn: () => Promise<void>;
  /** Until the next turn, ms; undefined: there is none. */
  readonly pauseMs: () => number | undefined;
}

export class Pulse {
  readonly #around: Surroundings;
  #turn: Promise<void> | undefined;
  /** Resolves after the turn that follows the one under way. */
  #next: PromiseWithResolvers<void> | undefined;
  #stopped = true;
  #cancel: Cancel = () => undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** The first turn comes after a pause. */
  start(): void {
    this.#stopped = false;
    this.#wait();
  }

  /** Resolves after a turn that began after this call; at once if there are none any more. */
  beat(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    if (!this.#turn) {
      this.#cancel();
      return this.#run();
    }
    this.#next ??= Promise.withResolvers<void>();
    return this.#next.promise;
  }

  /** The pause under way begins anew, as long as pauses are now. */
  repause(): void {
    if (this.#turn) return;
    this.#cancel();
    this.#wait();
  }

  /** As `beat`, but after so long at the latest. */
  beatWithin(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#around.clock.after(limitMs, resolve);
      void this.beat().then(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Resolves when the turn under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#turn;
  }

  #run(): Promise<void> {
    this.#turn = this.#around.turn().finally(() => {
      this.#turn = undefined;
      const next = this.#next;
      this.#next = undefined;
      if (!next) return this.#wait();
      if (this.#stopped) next.resolve();
      else void this.#run().finally(() => next.resolve());
    });
    return this.#turn;
  }

  #wait(): void {
    const pauseMs = this.#stopped ? undefined : this.#around.pauseMs();
    if (pauseMs === undefined) return;
    this.#cancel = this.#around.clock.after(pauseMs, () => void this.#run());
  }
}
