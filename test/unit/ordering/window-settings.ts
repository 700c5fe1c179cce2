import type plugin from '../../../plugins/ordering/timestamp-window/index.ts';

type Settings = Parameters<typeof plugin.create>[0];

/** As the defaults are, but for what is given. */
export function windowSettings(given: Partial<Settings>): Settings {
  return {
    mode: 'lateness',
    hold: 300,
    minHold: 0,
    maxHold: 1_000,
    percentile: 95,
    skewMax: 2_000,
    announceEvery: 5_000,
    ...given,
  };
}
