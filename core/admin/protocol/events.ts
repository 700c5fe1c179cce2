/** What happened on a node, and what operators did. */
import { z } from 'zod';
import { count, wallMs } from './scalars.ts';

export const level = z.enum(['debug', 'info', 'warn', 'error']);

export const event = z.object({
  /** `LIFE.NUMBER`: grows within a life of a process. */
  id: z.string(),
  at: wallMs,
  level,
  /** The part that says it; absent: the kernel. */
  part: z.string().optional(),
  message: z.string(),
  fields: z.record(z.string(), z.unknown()),
});

export const eventList = z.object({
  /** Some that were asked for are not here. */
  lost: z.boolean(),
  /** How many of them; absent: nobody knows, such as of another life. */
  missing: count.optional(),
  events: z.array(event),
});

export const act = z.object({
  at: wallMs,
  /** The name of the admin; `socket`: who may open that; `store`: who may write to the store. */
  who: z.string(),
  verb: z.string(),
  input: z.record(z.string(), z.unknown()),
  /** asked: it was under way when this was written. */
  outcome: z.enum(['asked', 'done', 'refused', 'failed']),
  error: z.string().optional(),
});

export const actList = z.object({ acts: z.array(act) });

export const levelSet = z.object({ level });
