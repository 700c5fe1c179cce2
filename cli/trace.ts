/** `im trace`: the life of one message, out of what the nodes that are named know. */
import { AdminClient } from '../core/admin/client/admin-client.ts';
import { parseTraceKey } from '../core/admin/trace-key.ts';
import { traceLines } from '../core/admin/trace-lines.ts';
import { targetsOf } from './admin/target.ts';
import { clockText } from './admin/values.ts';
import type { WhereOptions } from './admin/where.ts';
import { EXIT, type Io } from './io.ts';
import { jsonLine } from './json-line.ts';
import { report } from './report.ts';

interface TraceOptions extends WhereOptions {
  readonly json?: boolean;
}

/** 0 if it is known, 1 if nobody knows it; where no node could be asked, why. */
export async function trace(
  words: readonly string[],
  options: TraceOptions,
  io: Io,
): Promise<number> {
  const key = parseTraceKey(words);
  if (!key) {
    io.err('name a message by its id, or by its conversation and position, as in: d/ann/bob 7');
    return EXIT.usage;
  }
  try {
    const nodes = (await targetsOf(options, io)).map((target) => new AdminClient(target));
    const { askTrace } = await import('../core/admin/client/ask-trace.ts');
    const { trace: told, problems } = await askTrace(nodes, key);
    const [code] = problems.map((one) => report(one, io));
    if (!told) return code ?? EXIT.unreachable;
    if (options.json === true) io.out(jsonLine(told));
    else for (const line of traceLines(told, clockText)) io.out(line);
    return told.command ? EXIT.ok : EXIT.failed;
  } catch (error) {
    return report(error, io);
  }
}
