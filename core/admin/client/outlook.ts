/** Whether it helps to ask again for what a node did not give. */
import type { AdminProblem } from './admin-problem.ts';

/**
 * soon: there was no answer, or it broke off. slowly: the node answers, and will not for now, such
 * as one whose streams are all taken, or one of another version, which may be exchanged. never: the
 * same will be refused each time: who asks, or what is asked, must change.
 */
export type Outlook = 'soon' | 'slowly' | 'never';

const LASTING: ReadonlySet<number> = new Set([400, 401, 403]);

export function outlookOf({ status }: Pick<AdminProblem, 'status'>): Outlook {
  if (status === 0) return 'soon';
  return LASTING.has(status) ? 'never' : 'slowly';
}

/** How long to wait for what may be had later, ms. */
export const SLOWLY_MS = 5_000;
