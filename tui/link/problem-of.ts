/** An error of the client → what is shown of it. */
import { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import type { Problem } from '../model/link.ts';

export function problemOf(error: unknown): Problem {
  if (error instanceof AdminProblem) {
    const { code, message, act, status } = error;
    return { code, message, act, status };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'IM_ADMIN_VERSION', message, act: undefined, status: 0 };
}
