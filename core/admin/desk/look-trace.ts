/** The life of one message, as this node knows it. */
import { ImError } from '../../contract/index.ts';
import type { Trace } from '../../path/trace/trace.ts';
import { parseTraceKey } from '../trace-key.ts';
import type { Input } from '../verbs.ts';
import type { Looking } from './inside.ts';

/** Of what nobody knows it has no command. Rejects with IM_ADMIN_INPUT. */
export async function lookTrace(
  { inside }: Looking,
  { message, position }: Input<'trace'>,
): Promise<Trace> {
  const key = parseTraceKey(position === undefined ? [message] : [message, String(position)]);
  if (key) return inside.tracing.traceOf(key);
  const why = 'a message is named by its id, or by its conversation and position';
  throw new ImError('IM_ADMIN_INPUT', { why });
}
