/** What the checkers have to know of a plan. */
import { limitsWith } from './limits-with.ts';
import type { Configured } from './node-history.ts';
import { WINDOW } from './ordering-plan.ts';
import type { Plan } from './plan.ts';

/** What a saving may take besides its interval, where nothing is wrong with the store. */
const SAVING_MS = 500;
/** How many writes may come before it; each takes up to ten times the mean. */
const WRITES_BEFORE = 20;
/** The longest body, and what an entry takes besides. */
const ENTRY_BYTES = 8_192;

/** For the places of one ms, and what was placed in vain. */
const AHEAD_MAX_MS = 8;

/** What the ordering promises; `totalOrder`: of conversations whose names begin so. */
const ORDERED = {
  owner: {},
  window: {},
  sequencer: { totalOrder: '' },
  groups: { totalOrder: 'g/' },
} as const;

/** A clock that jumps back after a batch that failed leaves the log ahead for as long. */
function timeOrder(jumps: boolean): NonNullable<Configured['timeOrder']> {
  return { skewMaxMs: WINDOW.skewMax, aheadMaxMs: jumps ? Infinity : AHEAD_MAX_MS };
}

export function configured(plan: Plan, shards: number): Configured {
  const { effects, limits, faults, retention, storeMs, cluster } = plan;
  const { laneQueue, lanes, connections, tailBytes, progressEvery } = limitsWith(limits);
  const ill = /^(?:store|disk|database|node-pause)/;
  const storeIsWell = !faults.some(({ kind }) => ill.test(kind));
  const behind = effects.consumers.map(({ name }) => [`consumer_shards_behind ${name}`, shards]);
  // A clock that jumps ahead, by less than what is noticed, makes bodies older.
  const jumps = faults.some(({ kind }) => kind === 'wall-jump');
  const { keepBodiesMs } = retention;
  return {
    type: 'configured',
    guards: effects.guards.map(({ name, onFailure }) => ({ name, open: onFailure === 'allow' })),
    consumers: effects.consumers.map(({ name, tries }) => ({ name, tries })),
    bounds: {
      im_lane_queue: laneQueue * lanes,
      im_sessions: connections,
      // One entry always stays, however large.
      im_tail_bytes: tailBytes + ENTRY_BYTES,
      ...(Object.fromEntries(behind) as Record<string, number>),
    },
    savedWithinMs: storeIsWell ? progressEvery + SAVING_MS + WRITES_BEFORE * storeMs : Infinity,
    ...(cluster?.steady ? { steady: true } : {}),
    ...(cluster?.policy === 'manual' ? { manual: true } : {}),
    ...ORDERED[plan.ordering],
    ...(plan.ordering === 'window' ? { timeOrder: timeOrder(jumps) } : {}),
    ...(keepBodiesMs === undefined ? {} : { bodiesLastMs: jumps ? 0 : keepBodiesMs }),
  };
}
