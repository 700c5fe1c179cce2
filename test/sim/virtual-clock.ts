/**
 * The world's time. It stands still while an event runs and jumps to the next one. After each event
 * one real turn of the loop passes, in which all promises settle: V8 runs microtasks in a fixed
 * sequence, so the run is repeatable.
 */
import type { Cancel } from 'im-kernel/contract';
import { EventHeap, type TimedEvent } from './event-heap.ts';
import type { Trace } from './trace.ts';

const MOMENT_EVENTS_MAX = 50_000;

export class VirtualClock {
  readonly #heap = new EventHeap();
  readonly #trace: Trace;
  #nowUs = 0;
  #serial = 0;
  #inMoment = 0;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Microseconds since the world began. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** Milliseconds since the world began. */
  get nowMs(): number {
    return this.#nowUs / 1000;
  }

  /** Calls `run` once, `delayMs` from now, in a turn of its own. */
  after(delayMs: number, actor: string, run: () => void): Cancel {
    // Never early: who waits for a moment and then looks at the clock must find it past.
    const delayUs = Math.max(0, Math.ceil(delayMs * 1000));
    this.#serial += 1;
    const event: TimedEvent = { atUs: this.#nowUs + delayUs, serial: this.#serial, actor, run };
    this.#heap.push(event);
    return () => {
      event.run = undefined;
    };
  }

  /** A promise that resolves `delayMs` from now. */
  sleep(delayMs: number, actor: string): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayMs, actor, resolve);
    });
  }

  /**
   * Runs events until `done` answers true, or the world's time passes `limitMs`, or nothing is left
   * to happen. Resolves to whether `done` was reached. What an event throws rejects this promise.
   */
  run(done: () => boolean, limitMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        try {
          if (done()) return resolve(true);
          if (!this.#step(limitMs * 1000)) return resolve(done());
        } catch (error) {
          return reject(error);
        }
        setImmediate(turn);
      };
      setImmediate(turn);
    });
  }

  /** Time that stands still for ever is a loop in somebody's timers. */
  #countMoment({ atUs, actor }: TimedEvent): void {
    this.#inMoment = atUs === this.#nowUs ? this.#inMoment + 1 : 0;
    if (this.#inMoment > MOMENT_EVENTS_MAX)
      throw new Error(`time stands still at ${this.nowMs} ms: ${actor} goes on without a wait`);
    this.#nowUs = atUs;
  }

  /** Runs the next event; false if there is none before the limit. */
  #step(limitUs: number): boolean {
    for (;;) {
      const event = this.#heap.pop();
      if (event === undefined) return false;
      if (event.run === undefined) continue;
      if (event.atUs > limitUs) {
        this.#heap.push(event);
        this.#nowUs = Math.max(this.#nowUs, limitUs);
        return false;
      }
      this.#countMoment(event);
      this.#trace.add(event.atUs, event.actor, 'event', 0, event.serial | 0);
      event.run();
      return true;
    }
  }
}
