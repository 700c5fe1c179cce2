/** The life of one message; what each field says stands in `core/path/trace/trace.ts`. */
import { z } from 'zod';
import { FOLLOWING } from '../../path/trace/hop-ring.ts';
import { HANDLED, type Trace } from '../../path/trace/trace.ts';
import { count, name, wallMs } from './scalars.ts';

export const traceInput = z.object({
  message: z.string().min(1).max(300).describe('Its id, or its conversation.'),
  position: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 48 - 1)
    .optional()
    .describe('Its position, where the conversation is named.'),
});

const command = z.object({
  id: z.string(),
  conversation: z.string(),
  number: count,
  user: name,
  device: name,
});

const entry = command.extend({
  position: count,
  order: count,
  shard: count,
  sentAt: z.number(),
  acceptedAt: wallMs,
  kind: z.string(),
  mediaType: z.string().optional(),
  bodyBytes: count.optional(),
});

const hop = z.object({
  at: wallMs,
  node: name,
  hop: z.enum([...HANDLED, ...FOLLOWING]),
  user: name.optional(),
  device: name.optional(),
  consumer: name.optional(),
  position: count.optional(),
  epoch: count.optional(),
  outcome: z.string().optional(),
});

const node = z.object({
  node: name,
  now: wallMs,
  epoch: count.optional(),
  unread: z.string().optional(),
  commandsSince: wallMs.optional(),
  hopsSince: wallMs.optional(),
  commandsForgotten: count,
  hopsForgotten: count,
  leftOut: count,
});

const user = z.object({
  user: name,
  received: count,
  read: count,
  hasReceived: z.boolean(),
  hasRead: z.boolean(),
  devices: z.array(z.object({ device: name, here: z.boolean(), cursor: count, has: z.boolean() })),
});

const consumer = z.object({
  consumer: name,
  taken: z.enum(['yes', 'no', 'unknown']),
  deadLetter: z.object({ why: z.string(), attempts: count, at: wallMs }).optional(),
});

const standing = z.object({
  sees: count,
  received: count,
  read: count,
  users: z.array(user),
  consumers: z.array(consumer),
});

export const trace: z.ZodType<Trace> = z.object({
  key: z.union([
    z.object({ id: z.string() }),
    z.object({ conversation: z.string(), position: count }),
  ]),
  nodes: z.array(node),
  command: command.optional(),
  entry: entry.optional(),
  hops: z.array(hop),
  standing: standing.optional(),
});
