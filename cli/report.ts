/** An error → what the operator reads, and the exit code. */
import { ConfigError, printProblem } from '../core/config/problem.ts';
import { ImError, reasonOf } from '../core/contract/index.ts';
import { EXIT, type Io } from './io.ts';

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
    return error.kind === 'config' ? EXIT.config : EXIT.failed;
  }
  io.err(error instanceof Error ? (error.stack ?? error.message) : reasonOf(error));
  return EXIT.failed;
}
