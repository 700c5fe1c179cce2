/** The log: how entries are kept. */
import { z } from 'zod';
import { metric } from './plugins.ts';
import { quantiles } from './overview.ts';
import { count } from './scalars.ts';

const laneRow = z.object({
  lane: count,
  /** Commands that wait. */
  queue: count,
  /** Commands of the batch that is on its way. */
  inFlight: count,
});

export const storeView = z.object({
  type: z.string(),
  durability: z.string(),
  shared: z.boolean(),
  entriesKept: count,
  entriesPerS: z.number(),
  /** By reason. */
  appendsFailed: z.record(z.string(), z.number()),
  commitMs: quantiles,
  batchEntries: quantiles,
  queue: count,
  /** Cursors and marks that are not kept yet. */
  progressPending: count,
  conversationsInMemory: count,
  tailBytes: count,
  lanes: z.array(laneRow),
  metrics: z.array(metric),
});
