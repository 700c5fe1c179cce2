/** The plugins of a node: what they are, how they are, what they count. */
import { z } from 'zod';
import { count, listOf, ms } from './scalars.ts';
import { partState } from './overview.ts';
import { settingRow } from './config.ts';

export const pluginRow = z.object({
  /** As in the configuration. */
  name: z.string(),
  role: z.string(),
  type: z.string(),
  summary: z.string(),
  stability: z.string(),
  state: partState,
  why: z.string().optional(),
  code: z.string().optional(),
  act: z.string().optional(),
  startMs: ms.optional(),
});

export const pluginList = listOf(pluginRow);

export const metric = z.object({
  name: z.string(),
  kind: z.enum(['counter', 'gauge', 'histogram']),
  help: z.string(),
  /** A counter's sum, a gauge's value, a histogram's count. */
  value: z.number(),
  labels: z.record(z.string(), z.number()).optional(),
  p50: z.number().optional(),
  p90: z.number().optional(),
  p99: z.number().optional(),
  max: z.number().optional(),
  /** A histogram, if it has any: how many were at most so high, and higher than the one before. */
  steps: z.array(z.object({ upTo: z.number(), count })).optional(),
});

export const pluginDetail = pluginRow.extend({
  settings: z.array(settingRow),
  metrics: z.array(metric),
});
