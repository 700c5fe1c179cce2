import { definePlugin } from 'im-kernel/contract';
import { CentralSequencer } from './central-sequencer.ts';
import { check, SETTINGS } from './settings.ts';

export default definePlugin({
  contract: 1,
  role: 'ordering',
  type: 'central-sequencer',
  summary: 'One total order over everything: all numbers come from one sequencer.',
  stability: 'experimental',
  config: SETTINGS,
  check,
  create: (config, host) => new CentralSequencer(config, host),
});
