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
  #paused = false;
  #wasPaused = false;
  /** What came, and what was due, while it stood still. */
  readonly #unheard: (() => void)[] = [];
  readonly #late: (() => void)[] = [];
  #afterPause: (() => void)[] = [];
  #pauseIn: { acts: number; readonly run: () => void } | undefined;

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

  /** The process stands still: nothing in it runs, and what comes to it waits. */
  get paused(): boolean {
    return this.#paused;
  }

  /** It has stood still at some time. */
  get wasPaused(): boolean {
    return this.#wasPaused;
  }

  /** A timer of this process. */
  after(delayMs: number, run: () => void): Cancel {
    return this.#later(delayMs, this.#late, run);
  }

  /** Something comes to this process from outside. */
  hear(delayMs: number, run: () => void): Cancel {
    return this.#later(delayMs, this.#unheard, run);
  }

  /** Runs at once, or when the process goes on. */
  enter(run: () => void): void {
    if (this.#paused) this.#unheard.push(run);
    else run();
  }

  pause(): void {
    this.#paused = true;
    this.#wasPaused = true;
    this.#pauseIn = undefined;
  }

  /** It goes on: first with what has come meanwhile, and so much later with its timers. */
  resume(timersLateMs: number): void {
    this.#pauseIn = undefined;
    if (!this.#paused) return;
    this.#paused = false;
    for (const run of this.#unheard.splice(0)) this.hear(0, run);
    for (const run of this.#late.splice(0)) this.after(timersLateMs, run);
    const afterPause = this.#afterPause;
    this.#afterPause = [];
    for (const run of afterPause) run();
  }

  /** Called once, when it goes on. */
  whenResumed(run: () => void): void {
    this.#afterPause.push(run);
  }

  /** Calls `run` upon its `acts`-th act from now, unless it stands still by then. */
  pauseAfter(acts: number, run: () => void): void {
    this.#pauseIn = { acts, run };
  }

  #later(delayMs: number, waiting: (() => void)[], run: () => void): Cancel {
    let cancelled = false;
    const go = (): void => {
      if (!cancelled) run();
    };
    const cancel = this.#world.after(delayMs, this.actor, () => {
      if (!this.#alive) return;
      if (this.#paused) waiting.push(go);
      else go();
    });
    return () => {
      cancelled = true;
      cancel();
    };
  }

  /** Counts one act upon the world; false when this process is dead, or dies of this one. */
  act(): boolean {
    if (this.#pauseIn !== undefined && (this.#pauseIn.acts -= 1) <= 0) this.#pauseIn.run();
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
