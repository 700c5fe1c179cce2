/** Every ordering with every replay policy, as the failover rigs play them. */
import type { PairParts } from './pair-parts.ts';

export interface Pairing extends Pick<PairParts, 'ordering' | 'ordered' | 'failover'> {
  readonly name: string;
}

/** How long authors are waited for, so that a round does not wait for long. */
const REPLAY_WITHIN = '2s';
/** The default of the timestamp window. */
const SKEW_MAX_MS = 2_000;
/** For the places of one ms, and what was placed in vain. */
const AHEAD_MAX_MS = 8;

const ORDERINGS = [
  { use: 'conversation-owner', ordered: {} },
  { use: 'central-sequencer', ordered: { totalOrder: '' } },
  {
    use: 'timestamp-window',
    ordered: { timeOrder: { skewMaxMs: SKEW_MAX_MS, aheadMaxMs: AHEAD_MAX_MS } },
  },
] as const;
const REPLAYS = ['eager', 'on-reconnect', 'per-client'] as const;

/** In a sequence in which neighbours have neither in common. */
export const PAIRINGS: readonly Pairing[] = [0, 1, 2].flatMap((shift) =>
  ORDERINGS.map(({ use, ordered }, at) => {
    const replay = REPLAYS[(at + shift) % REPLAYS.length] ?? 'eager';
    return {
      name: `${use} × ${replay}`,
      ordering: { use },
      ordered,
      failover: { replay, replayWithin: REPLAY_WITHIN },
    };
  }),
);
