/** The clock of a store apart from its nodes: what befalls theirs does not befall it. */
import type { Clock } from 'im-kernel/contract';
import { WALL_START_MS } from '../life.ts';
import type { VirtualClock } from '../virtual-clock.ts';

export type Times = Pick<Clock, 'now' | 'monotonic'>;

export function storeClock(world: Pick<VirtualClock, 'nowMs'>): Times {
  return {
    now: () => Math.floor(WALL_START_MS + world.nowMs),
    monotonic: () => world.nowMs,
  };
}
