/** `im trace`: the life of one message, out of what the nodes of these configurations know. */
import { join } from 'node:path';
import { parseTraceKey } from '../core/admin/trace-key.ts';
import { traceLines } from '../core/admin/trace-lines.ts';
import { EXIT, type Io } from './io.ts';
import { report } from './report.ts';

interface TraceOptions {
  readonly config?: readonly string[];
  readonly json?: boolean;
}

/** 0 if it is known, 1 if nobody knows it, 3 if no node could be asked. */
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
    const nodes = await clientsOf(options.config ?? ['im.config.yaml'], io);
    const { askTrace } = await import('../core/admin/client/ask-trace.ts');
    const { trace: told, problems } = await askTrace(nodes, key);
    for (const { message, act } of problems) {
      io.err(message);
      if (act !== undefined) io.err(act);
    }
    if (!told) return EXIT.unreachable;
    if (options.json === true) io.out(JSON.stringify(told));
    else for (const line of traceLines(told, timeOf)) io.out(line);
    return told.command ? EXIT.ok : EXIT.failed;
  } catch (error) {
    return report(error, io);
  }
}

/** One for each configuration: of the node that it describes, on its unix socket. */
async function clientsOf(files: readonly string[], io: Io) {
  const { load } = await import('./plugins.ts');
  const { AdminClient } = await import('../core/admin/client/admin-client.ts');
  return Promise.all(
    files.map(async (file) => {
      const { node, admin } = await load(file, io, true);
      const socket = admin.socket ?? join(node.data, 'admin.sock');
      return new AdminClient({ name: `${node.name} at ${socket}`, socket });
    }),
  );
}

/** As the log has it: UTC, with ms; the day is today's more often than not. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}
