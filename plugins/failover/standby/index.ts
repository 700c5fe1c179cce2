/** `use: standby`: one node owns everything, the others wait, in order of their priority. */
import { definePlugin, duration, oneOf, whole } from 'im-kernel/contract';
import { Standby } from './standby.ts';

export default definePlugin({
  contract: 1,
  role: 'failover',
  type: 'standby',
  summary: 'One node owns every conversation; the first backup takes over when it is gone.',
  stability: 'stable',
  config: {
    priority: whole({
      help: 'Among backups the lowest takes over; of equals, the first by name.',
      fallback: 100,
      min: 0,
      max: 1_000_000,
    }),
    tenure: duration({
      help: 'After a change of owner, a lease that has run out is not acted upon for so long.',
      fallback: 10_000,
      max: 60_000,
    }),
    suspectAfter: duration({
      help: 'A node that is silent on its link for longer is passed over as an heir.',
      fallback: 3_000,
      min: 100,
      max: 600_000,
    }),
    replay: oneOf({
      help: 'When consumers get what the last owner had accepted and not handed to them.',
      choices: ['eager', 'on-reconnect', 'per-client'],
      fallback: 'eager',
    }),
    replayWithin: duration({
      help: 'With `replay: on-reconnect`: how long the authors are waited for.',
      fallback: 30_000,
      max: 3_600_000,
    }),
  },
  create: (config) => new Standby(config),
});
