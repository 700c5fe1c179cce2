/**
 * What a stream of `GET /v1/stream` carries, as server-sent events. `frame`: the views that were
 * asked for, whole, each time; who reads slowly is spared some, never made to wait for old ones.
 * `event`: what happened, with an id to go on from. `lost`: events that are missing where it comes.
 * `beat`: once a second, so that silence says something.
 */
import { z } from 'zod';
import { level } from './events.ts';
import { count, ms, wallMs } from './scalars.ts';

const INTERVAL_LEAST_MS = 250;
export const BEAT_MS = 1_000;

export const frame = z.object({
  at: wallMs,
  /** Frames that this viewer was spared since the one before. */
  skipped: count,
  /** By topic, as it was asked for: the answer of its verb, or why there is none. */
  views: z.record(
    z.string(),
    z.union([z.object({ view: z.unknown() }), z.object({ code: z.string(), message: z.string() })]),
  ),
});

export const lost = z.object({
  at: wallMs,
  /** Events that are missing; absent: nobody knows how many, such as of another life. */
  count: count.optional(),
});

export const beat = z.object({
  at: wallMs,
  /** The longest that its loop stood still since the beat before. */
  loopDelayMs: ms,
  /** What whoever reads this may do; absent: it was not told. */
  permission: z.enum(['read', 'operate']).optional(),
});

/** A filter of the longest, each character of it three octets, each octet `%` and two digits. */
const TOPIC_MAX_CHARS = 2_000;
const topic = z.string().max(TOPIC_MAX_CHARS);

export const streamInput = z.object({
  /** Words of a verb that reads, with its query: `sessions?sort=-queuedBytes&limit=20`. */
  topic: z.union([topic.transform((one) => [one]), z.array(topic).max(12)]).default([]),
  intervalMs: z.coerce.number().int().min(INTERVAL_LEAST_MS).max(60_000).default(500),
  /** Whether events are sent, too; from the one after `after`, or from now on. */
  events: z.enum(['yes', 'no']).default('no'),
  after: z.string().max(100).optional(),
  level: level.default('info'),
});
