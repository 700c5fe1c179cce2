/** The clock of a store apart from its nodes: what befalls theirs does not befall it. */
import type { Clock } from 'im-kernel/contract';
import { WALL_START_MS } from '../life.ts';
import type { VirtualClock } from '../virtual-clock.ts';

export type Times = Pick<Clock, 'now' | 'monotonic'>;

/** A database server has no clock but its wall clock: leases are counted on it, too. */
export class StoreClock implements Times {
  readonly #world: Pick<VirtualClock, 'nowMs'>;
  #skewMs = 0;

  constructor(world: Pick<VirtualClock, 'nowMs'>) {
    this.#world = world;
  }

  now(): number {
    return Math.floor(WALL_START_MS + this.#world.nowMs + this.#skewMs);
  }

  monotonic(): number {
    return this.#world.nowMs + this.#skewMs;
  }

  jump(byMs: number): void {
    this.#skewMs += byMs;
  }
}
