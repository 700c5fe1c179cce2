/** Connections of devices, on the node that has them. */
import { z } from 'zod';
import { count, listOf, ms } from './scalars.ts';

export const sessionRow = z.object({
  id: z.string(),
  /** Empty before the greeting. */
  user: z.string(),
  device: z.string(),
  address: z.string(),
  /** How frames travel: `tlv`, `json`. */
  encoding: z.string(),
  state: z.enum(['greeting', 'welcoming', 'live', 'leaving', 'ending', 'closed']),
  ageMs: ms,
  /** Since something was last handed to its transport. */
  idleMs: ms,
  /** Commands of it, since it began. */
  commands: count,
  /** Per second, since the sample before. */
  commandsPerS: z.number(),
  /** Commands and questions without an answer yet. */
  unanswered: count,
  /** Octets handed to its transport, since it began. */
  sentBytes: count,
  /** Octets that wait for a transport that is full. */
  queuedBytes: count,
  /** Its transport asked to wait. */
  slow: z.boolean(),
});

export const sessionList = listOf(sessionRow);

export const disconnected = z.object({ id: z.string(), user: z.string(), device: z.string() });
