/** What the views have in common. */
import { z } from 'zod';

/** A duration. */
export const ms = z.number().min(0);
/** A wall clock's time, ms since 1970. */
export const wallMs = z.number().int();
export const count = z.number().int().min(0);
/** Of a node, a part, a verb. */
export const name = z.string();

export const LIST_MAX = 1_000;
const FILTER_MAX_CHARS = 200;

export const filter = z
  .string()
  .max(FILTER_MAX_CHARS)
  .optional()
  .describe(
    'Words that a row must have; field:word, field=word, field>1, field<1; ! before one: not.',
  );
export const limit = z.coerce
  .number()
  .int()
  .min(1)
  .max(LIST_MAX)
  .default(50)
  .describe('Rows at most.');

/** What a list takes: it is sorted by one of the columns, filtered and cut where the rows are. */
export function listInput(columns: readonly string[]) {
  const names = columns.join(', ');
  const sort = z
    .string()
    .refine((given) => columns.includes(given.replace(/^-/, '')), {
      error: ({ input }) => `"${String(input)}" is none of ${names}`,
    })
    .optional()
    .describe(`The column to sort by; with a minus before it, the highest first: ${names}.`);
  const offset = z.coerce.number().int().min(0).default(0);
  return z.object({
    sort,
    filter,
    limit,
    offset: offset.describe('Rows that are passed over first.'),
  });
}

/** A list: `total` rows fit the filter, and these are some of them. */
export function listOf<T extends z.ZodType>(row: T) {
  return z.object({ total: count, rows: z.array(row) });
}
