/** What an operator types to name a message. */
import type { Trace, TraceKey } from '../path/trace/trace.ts';
import { parseConversation } from '../wire/names.ts';
import { isUuid } from '../wire/uuid.ts';

/** An id, or a conversation and a position: as two words or one. Undefined: it is neither. */
export function parseTraceKey(words: readonly string[]): TraceKey | undefined {
  const [first = '', second, ...more] = words.flatMap((word) => word.trim().split(/\s+/));
  if (more.length > 0) return undefined;
  if (second === undefined) return isUuid(first) ? { id: first.toLowerCase() } : undefined;
  const position = /^\d{1,15}$/.test(second) ? Number(second) : 0;
  return parseConversation(first) && position > 0 ? { conversation: first, position } : undefined;
}

/** Under which key the other nodes know what one of them found by its id. */
export function placeFound(trace: Trace): TraceKey | undefined {
  const { entry } = trace;
  return entry && { conversation: entry.conversation, position: entry.position };
}
