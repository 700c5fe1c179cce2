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
    io.err(`${error.code} ${error.message}`);
    // A part that did not start hides why behind it: what to do is told by the reason.
    io.err(error.cause instanceof ImError ? error.cause.act : error.act);
    return error.kind === 'config' ? EXIT.config : EXIT.failed;
  }
  io.err(error instanceof Error ? (error.stack ?? error.message) : reasonOf(error));
  return EXIT.failed;
}
