import { duration, oneOf, whole, type Values } from 'im-kernel/contract';

/** The longest that any setting of time may be, in ms. */
const LONGEST_MS = 60_000;

export const SETTINGS = {
  mode: oneOf({
    help: 'What the window follows: `lateness` of what came late, `p99` of delay, or `fixed`.',
    choices: ['lateness', 'p99', 'fixed'],
    fallback: 'lateness',
  }),
  hold: duration({
    help: 'The window in the mode `fixed`.',
    fallback: 300,
    min: 0,
    max: LONGEST_MS,
  }),
  minHold: duration({
    help: 'The window is never shorter, in the other modes.',
    fallback: 0,
    min: 0,
    max: LONGEST_MS,
  }),
  maxHold: duration({
    help: 'The window is never longer.',
    fallback: 1_000,
    min: 0,
    max: LONGEST_MS,
  }),
  percentile: whole({
    help: 'How many of a hundred late messages the window of mode `lateness` is to cover.',
    fallback: 95,
    min: 50,
    max: 99,
  }),
  skewMax: duration({
    help: 'A stamp older than this is not believed: its message counts as sent when accepted.',
    fallback: 2_000,
    min: 1,
    max: LONGEST_MS,
  }),
  announceEvery: duration({
    help: 'Clients are told a new window at most this often.',
    fallback: 5_000,
    min: 100,
    max: 3_600_000,
  }),
};

export type Settings = Values<typeof SETTINGS>;

export function check({ mode, hold, minHold, maxHold }: Settings): readonly string[] {
  if (mode === 'fixed') return hold > maxHold ? ['hold cannot be above maxHold'] : [];
  return minHold > maxHold ? ['minHold cannot be above maxHold'] : [];
}
