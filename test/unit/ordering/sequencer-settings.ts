import type plugin from '../../../plugins/ordering/central-sequencer/index.ts';

type Settings = Parameters<typeof plugin.create>[0];
type Sequencer = NonNullable<Settings['sequencer']>;
type Given = Partial<Omit<Settings, 'sequencer'>> & { readonly sequencer?: Partial<Sequencer> };

/** As the defaults are, but for what is given. */
export function sequencerSettings({ sequencer, ...given }: Given): Settings {
  const usual = {
    connect: undefined,
    listen: undefined,
    secretFile: './sequencer.key',
    linksMax: 64,
    openTimeout: 5_000,
    heartbeat: 2_000,
    reconnectMax: 2_000,
  };
  return {
    block: 1_000,
    wait: 2_000,
    maxAge: 1_000,
    above: 0,
    maxHold: 300,
    ...given,
    sequencer: sequencer && { ...usual, ...sequencer },
  };
}
