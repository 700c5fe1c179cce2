/** The ordering of each kind of conversation, as it is now. */
import { z } from 'zod';
import { metric } from './plugins.ts';
import { ms } from './scalars.ts';

const orderingRow = z.object({
  kind: z.enum(['direct', 'group']),
  name: z.string(),
  type: z.string(),
  /** How long readers hold a message for an earlier one, now; 0: only at a gap. */
  holdMs: ms,
  /** The most that it will ever be. */
  maxHoldMs: ms,
  metrics: z.array(metric),
});

export const orderingView = z.object({ kinds: z.array(orderingRow) });
