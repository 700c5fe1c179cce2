/** A clock that stands still until a test moves it. */
import type { Cancel, Clock } from 'im-kernel/contract';

interface Waiting {
  readonly at: number;
  readonly run: () => void;
}

export interface FakeClock extends Clock {
  /** Moves time on by `ms` and runs what falls due, in the sequence of its times. */
  advance(ms: number): void;
  /** Runs what waits for the end of the turn, and what that asks for in its turn. */
  turn(): void;
  /** Lets the wall clock jump by `ms`, backwards too; waits are not touched. */
  jump(ms: number): void;
  /** Timers and ends of turns that have not run yet. */
  readonly pending: number;
}

class HandClock implements FakeClock {
  #monotonicMs = 0;
  #offsetMs: number;
  #timers: Waiting[] = [];
  #turn: (() => void)[] = [];

  constructor(startMs: number) {
    this.#offsetMs = startMs;
  }

  now(): number {
    return this.#monotonicMs + this.#offsetMs;
  }
  monotonic(): number {
    return this.#monotonicMs;
  }
  after(delayMs: number, run: () => void): Cancel {
    const timer = { at: this.#monotonicMs + Math.max(0, delayMs), run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  soon(run: () => void): void {
    this.#turn.push(run);
  }
  turn(): void {
    for (let run = this.#turn.shift(); run; run = this.#turn.shift()) run();
  }
  jump(ms: number): void {
    this.#offsetMs += ms;
  }
  get pending(): number {
    return this.#timers.length + this.#turn.length;
  }
  advance(ms: number): void {
    const end = this.#monotonicMs + ms;
    this.turn();
    for (let next = this.#dueBy(end); next; next = this.#dueBy(end)) {
      const due = next;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#monotonicMs = due.at;
      due.run();
      this.turn();
    }
    this.#monotonicMs = end;
  }
  #dueBy(end: number): Waiting | undefined {
    let first: Waiting | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    }
    return first;
  }
}

/** `startMs`: the wall clock at the start; the monotonic one starts at 0. */
export function fakeClock(startMs = 1_795_404_000_000): FakeClock {
  return new HandClock(startMs);
}
