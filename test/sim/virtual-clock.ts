/**
 * The world's time. It stands still while an event runs and jumps to the next one. After each event one real turn of
 * the loop passes, in which all promises settle: V8 runs microtasks in a fixed sequence, so the run is repeatable.
 */
import type { Cancel } from 'im-kernel/contract';
import { EventHeap, type TimedEvent } from './event-heap.ts';
import type { Trace } from './trace.ts';

export class VirtualClock {
  readonly #heap = new EventHeap();
  readonly #trace: Trace;
  #nowUs = 0;
  #serial = 0;

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
    const delayUs = Math.max(0, Math.round(delayMs * 1000));
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
   * Runs events until `done` answers true, or the world's time passes `limitMs`, or nothing is left to happen.
   * Resolves to whether `done` was reached. What an event throws rejects this promise.
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
      this.#nowUs = event.atUs;
      this.#trace.add(event.atUs, event.actor, 'event', 0, event.serial | 0);
      event.run();
      return true;
    }
  }
}
