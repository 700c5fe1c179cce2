/** Entries that a consumer could not take. */
import { z } from 'zod';
import { count, listInput, listOf, name, wallMs } from './scalars.ts';

const place = { consumer: name, conversation: z.string(), position: count };

export const deadLetterRow = z.object({
  ...place,
  why: z.string(),
  attempts: count,
  /** When it was set aside, or tried again last. */
  at: wallMs,
  id: z.string(),
});

export const deadLetterList = listOf(deadLetterRow).extend({
  /** There are more than are looked through: these have to be dealt with first. */
  more: z.boolean(),
});

export const deadLetterDetail = deadLetterRow.extend({
  /** As the log has it; absent: not any more. */
  entry: z
    .object({
      kind: z.string(),
      user: name,
      device: name,
      acceptedAt: wallMs,
      /** Absent: it has none, or its time is over. */
      bodyBytes: count.optional(),
    })
    .optional(),
});

export const deadLetterDone = z.object(place);

export const deadLettersInput = listInput(Object.keys(deadLetterRow.shape)).extend({
  consumer: z.string().max(63).optional().describe('Only those of this consumer.'),
});

export const deadLetterInput = z.object({
  consumer: z.string().min(1).max(63).describe('The consumer.'),
  conversation: z.string().min(1).max(300).describe('The conversation of the entry.'),
  position: z.coerce.number().int().min(1).describe('Its position there.'),
});
