/** An error → what the operator reads, and the exit code. */
import { AdminProblem } from '../core/admin/client/admin-problem.ts';
import { ConfigError, printProblem } from '../core/config/problem.ts';
import { ImError, reasonOf } from '../core/contract/index.ts';
import { safeText } from './chat-text.ts';
import { EXIT, type Io } from './io.ts';

const CODES: Readonly<Record<string, number>> = {
  IM_ADMIN_INPUT: EXIT.usage,
  IM_ADMIN_TOKEN_FILE: EXIT.denied,
  IM_ADMIN_UNREACHABLE: EXIT.unreachable,
  IM_ADMIN_LATE: EXIT.late,
  IM_CLUSTER_EPOCH: EXIT.unexpected,
};
const STATUSES: Readonly<Record<number, number>> = {
  400: EXIT.usage,
  401: EXIT.denied,
  403: EXIT.denied,
  412: EXIT.unexpected,
  422: EXIT.config,
};

export function report(error: unknown, io: Io): number {
  if (error instanceof ConfigError) {
    for (const problem of error.problems) io.err(printProblem(problem));
    io.err(`${error.message}. ${error.act}`);
    return EXIT.config;
  }
  if (error instanceof ImError) {
    // A part that did not start hides why behind it: what it is and what to do, the reason tells.
    const { code, act } = error.cause instanceof ImError ? error.cause : error;
    const { where } = error.details;
    io.err(`${where === undefined ? '' : `${where} `}${code} ${error.message}`);
    io.err(act);
    return error.kind === 'config' ? EXIT.config : (CODES[code] ?? EXIT.failed);
  }
  if (error instanceof AdminProblem) {
    io.err(`${error.code} ${safeText(error.message)}`);
    if (error.act !== undefined) io.err(safeText(error.act));
    const known = STATUSES[error.status] ?? CODES[error.code] ?? EXIT.failed;
    return isBarred(error) ? EXIT.denied : known;
  }
  io.err(error instanceof Error ? (error.stack ?? error.message) : reasonOf(error));
  return EXIT.failed;
}

/** The file of a unix socket says by its permissions who may. */
function isBarred({ cause }: AdminProblem): boolean {
  const { code } = (cause ?? {}) as { code?: unknown };
  return code === 'EACCES' || code === 'EPERM';
}
