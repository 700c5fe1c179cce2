/**
 * The orders that a conversation has had lately, so that none is given twice. Within a ms they are
 * given upwards, so the highest of each ms says it all. What is forgotten lies below the floor.
 */
import { PLACES_PER_MS } from './stamps.ts';

/** Forgetting waits until there is this much. */
const KEPT_MIN = 64;
/** More than this, and the older half is forgotten, needed or not. */
const KEPT_MAX = 8_192;

export class UsedOrders {
  /** Ascending, one for each ms. */
  #highest: number[] = [];
  #forgetAt = KEPT_MIN;
  /** Nothing at or below it is given any more. */
  #floor: number;

  constructor(floor: number) {
    this.#floor = floor;
  }

  get floor(): number {
    return this.#floor;
  }

  /** The highest order so far, or the floor. */
  get last(): number {
    return this.#highest.at(-1) ?? this.#floor;
  }

  /** Takes the first order from `from` on, above the floor, that has none above it in its ms. */
  take(from: number): number {
    let order = Math.max(from, this.#floor + 1);
    let at = this.#upTo(order);
    for (; at >= 0; at = this.#upTo(order)) {
      const before = this.#highest[at] ?? 0;
      if (before < order || msOf(before) !== msOf(order)) break;
      order = before + 1;
    }
    if (at >= 0 && msOf(this.#highest[at] ?? 0) === msOf(order)) this.#highest[at] = order;
    else this.#highest.splice(at + 1, 0, order);
    return order;
  }

  /** Forgets what lies at or below `bound`, now and then; nothing there is given any more. */
  forget(bound: number): void {
    if (this.#highest.length < this.#forgetAt) return;
    this.raise(bound);
    const half = this.#highest[KEPT_MAX / 2];
    if (this.#highest.length > KEPT_MAX && half !== undefined) this.raise(half);
    this.#forgetAt = Math.max(KEPT_MIN, 2 * this.#highest.length);
  }

  raise(bound: number): void {
    if (bound <= this.#floor) return;
    this.#floor = bound;
    this.#highest = this.#highest.filter((order) => order > bound);
  }

  /** The index of the last ms that is not above the one of `order`; -1: none. */
  #upTo(order: number): number {
    const ms = msOf(order);
    let at = this.#highest.length - 1;
    while (at >= 0 && msOf(this.#highest[at] ?? 0) > ms) at -= 1;
    return at;
  }
}

function msOf(order: number): number {
  return Math.floor(order / PLACES_PER_MS);
}
