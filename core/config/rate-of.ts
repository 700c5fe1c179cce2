/** So many a second, and so many at once. */
import type { Limits } from './limits.ts';

/** Read at each use: it may change. */
export interface Rate {
  /** 0: no bound. */
  readonly perSecond: number;
  readonly burst: number;
}

/** The rate that these two limits make, as they stand when it is read. */
export function rateOf(limits: Limits, perSecond: keyof Limits, burst: keyof Limits): Rate {
  return {
    get perSecond() {
      return limits[perSecond];
    },
    get burst() {
      return limits[burst];
    },
  };
}

/** How many are told something in one turn of the event loop, as the limit stands when read. */
export function turnOf(limits: Limits): { readonly perTurn: number } {
  return {
    get perTurn() {
      return limits.fanoutPerTurn;
    },
  };
}
