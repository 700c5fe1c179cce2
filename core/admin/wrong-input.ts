/** Why what was given to a verb cannot be taken, in the words of who gave it. */
import type { z } from 'zod';

export function wrongInput(given: Readonly<Record<string, unknown>>, error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'it cannot be read';
  const name = issue.path.join('.');
  const value = Object.entries(given).find(([key]) => key === String(issue.path[0]))?.[1];
  if (value === undefined && issue.path.length > 0) return `${name} is missing`;
  if (issue.code === 'invalid_value') {
    return `${name}: "${String(value)}" is none of ${issue.values.join(', ')}`;
  }
  if (issue.code === 'too_big' || issue.code === 'too_small') {
    const bound = issue.code === 'too_big' ? issue.maximum : issue.minimum;
    const side = issue.code === 'too_big' ? 'at most' : 'at least';
    return `${name}: ${side} ${bound}${issue.origin === 'string' ? ' characters' : ''}`;
  }
  const isNumber = issue.code === 'invalid_type' && issue.expected === 'number';
  return `${name}: ${isNumber ? `"${String(value)}" is no number` : issue.message}`;
}
