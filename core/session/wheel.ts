/**
 * One timing wheel per node instead of a timer per connection: setting a deadline moves an object
 * between two sets, and one clock timer turns the wheel while anything is on it. Deadlines are met
 * late by up to one tick, never early; where very many fall together, some wait a few ticks more,
 * so that ten thousand connections that end at once hold up nobody else. After Varghese and Lauck,
 * "Hashed and Hierarchical Timing Wheels" (1987), the simple hashed form.
 */
import type { Cancel, Clock } from '../contract/index.ts';

const SLOTS = 512;
/** Deadlines met in one turn; the rest wait for the next. */
const MET_AT_ONCE = 500;

export class Timed {
  /** Monotonic ms; undefined: not set. */
  dueMs: number | undefined;
  slot: Set<Timed> | undefined;
  readonly run: (nowMs: number) => void;

  constructor(run: (nowMs: number) => void) {
    this.run = run;
  }
}

export class Wheel {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #slots: Set<Timed>[] = Array.from({ length: SLOTS }, () => new Set<Timed>());
  #count = 0;
  #turned: number;
  /** How many more may be met in this turn. */
  #left = 0;
  #cancel: Cancel | undefined;

  constructor(clock: Clock, tickMs: number) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#turned = Math.floor(clock.monotonic() / tickMs);
  }

  /** Sets or moves a deadline; undefined takes it off. */
  set(timed: Timed, dueMs: number | undefined): void {
    timed.dueMs = dueMs;
    if (dueMs === undefined) {
      this.#remove(timed);
      return;
    }
    if (this.#count === 0) this.#turned = Math.floor(this.#clock.monotonic() / this.#tickMs);
    const tick = Math.max(Math.ceil(dueMs / this.#tickMs), this.#turned + 1);
    // Beyond one turn it waits in the last slot and is put on again from there.
    const slot = this.#slots[Math.min(tick, this.#turned + SLOTS - 1) % SLOTS] as Set<Timed>;
    if (timed.slot !== slot) {
      this.#remove(timed);
      slot.add(timed);
      timed.slot = slot;
      this.#count += 1;
    }
    this.#cancel ??= this.#clock.after(this.#tickMs, () => this.#turn());
  }

  /** Takes everything off and stops turning. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const slot of this.#slots) {
      for (const timed of slot) timed.slot = undefined;
      slot.clear();
    }
    this.#count = 0;
  }

  #remove(timed: Timed): void {
    if (timed.slot?.delete(timed)) this.#count -= 1;
    timed.slot = undefined;
  }

  #turn(): void {
    this.#cancel = undefined;
    const nowMs = this.#clock.monotonic();
    const target = Math.floor(nowMs / this.#tickMs);
    // After a long pause one round of the wheel is enough: it comes to every slot.
    const first = Math.max(this.#turned, target - SLOTS) + 1;
    this.#left = MET_AT_ONCE;
    for (let tick = first; tick <= target; tick += 1) this.#fire(tick, nowMs);
    this.#turned = target;
    if (this.#count > 0) this.#cancel ??= this.#clock.after(this.#tickMs, () => this.#turn());
  }

  #fire(tick: number, nowMs: number): void {
    const slot = this.#slots[tick % SLOTS] as Set<Timed>;
    this.#turned = tick;
    for (const timed of slot) {
      this.#remove(timed);
      const due = timed.dueMs;
      if (due === undefined) continue;
      if (due > nowMs || this.#left === 0) {
        this.set(timed, due);
        continue;
      }
      this.#left -= 1;
      timed.dueMs = undefined;
      timed.run(nowMs);
    }
  }
}
