/**
 * Leaves something alone for a while after a failure; then one call tries it (a circuit breaker,
 * after M. Nygard, Release It!). It opens at the first failure: for what can be done without.
 */
import type { Clock } from '../contract/index.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly suspensionMs: number;
  /** `why`: it is left alone from now on; undefined: it works again. */
  readonly changed: (why: string | undefined) => void;
}

export class Breaker {
  readonly #around: Surroundings;
  /** Undefined: all is well. */
  #untilMs: number | undefined;
  #trying = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** True: the call may be made, and `worked` or `failed` must follow. */
  enter(): boolean {
    if (this.#untilMs === undefined) return true;
    if (this.#trying || this.#around.clock.monotonic() < this.#untilMs) return false;
    this.#trying = true;
    return true;
  }

  worked(): void {
    if (this.#untilMs === undefined) return;
    this.#untilMs = undefined;
    this.#trying = false;
    this.#around.changed(undefined);
  }

  failed(why: string): void {
    const first = this.#untilMs === undefined;
    this.#untilMs = this.#around.clock.monotonic() + this.#around.suspensionMs;
    this.#trying = false;
    if (first) this.#around.changed(why);
  }
}
