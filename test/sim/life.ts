/**
 * One process of the simulated world: a node or a client, from its start to its crash. Everything
 * that it does to the world goes through here, so a crash can fall on any of these acts, in the
 * middle of a turn: from that moment its timers do not fire, what it sends goes nowhere, and what
 * it asked for is never answered.
 */
import type { Cancel, Clock } from 'im-kernel/contract';
import type { VirtualClock } from './virtual-clock.ts';

/** Wall clocks start here: 2026-11-23, 12:00 UTC. */
export const WALL_START_MS = 1_795_435_200_000;

export class Life {
  readonly actor: string;
  readonly clock: Clock;
  readonly #world: VirtualClock;
  readonly #atEnd = new Set<() => void>();
  #alive = true;
  #skewMs = 0;
  #actsLeft: number | undefined;

  constructor(actor: string, world: VirtualClock, skewMs = 0) {
    this.actor = actor;
    this.#world = world;
    this.#skewMs = skewMs;
    this.clock = {
      now: () => Math.floor(WALL_START_MS + world.nowMs + this.#skewMs),
      monotonic: () => world.nowMs,
      after: (delayMs, run) => this.after(delayMs, run),
      soon: (run) => void this.after(0, run),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** The wall clock jumps. */
  jump(byMs: number): void {
    this.#skewMs += byMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#world.after(delayMs, this.actor, () => {
      if (this.#alive) run();
    });
  }

  /** Counts one act upon the world; false when this process is dead, or dies of this one. */
  act(): boolean {
    if (this.#alive && this.#actsLeft !== undefined) {
      this.#actsLeft -= 1;
      if (this.#actsLeft <= 0) this.end();
    }
    return this.#alive;
  }

  /** Dies upon its `acts`-th act from now. */
  endAfter(acts: number): void {
    this.#actsLeft = acts;
  }

  /** Dies now. Twice does nothing. */
  end(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const listener of this.#atEnd) listener();
    this.#atEnd.clear();
  }

  /** Calls `run` at the end of this life, in the turn in which it ends. */
  onEnd(run: () => void): Cancel {
    this.#atEnd.add(run);
    return () => void this.#atEnd.delete(run);
  }
}
