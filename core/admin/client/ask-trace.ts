/** Asks several nodes for the life of one message, and puts their parts together. */
import type { Trace, TraceKey } from '../../path/trace/trace.ts';
import { mergeTraces } from '../merge-traces.ts';
import { placeFound } from '../trace-key.ts';
import type { AdminClient } from './admin-client.ts';
import type { AdminProblem } from './admin-problem.ts';

export interface AskedTrace {
  /** Undefined: nobody answered. */
  readonly trace: Trace | undefined;
  /** Of the nodes that did not answer. */
  readonly problems: readonly AdminProblem[];
}

type Asking = Pick<AdminClient, 'ask'>;

/** What only one of them finds by its id, the others are asked for by its place. Never rejects. */
export async function askTrace(nodes: readonly Asking[], key: TraceKey): Promise<AskedTrace> {
  const problems: AdminProblem[] = [];
  const ask = async (some: readonly Asking[], wanted: TraceKey): Promise<readonly Trace[]> => {
    const answers = await Promise.allSettled(some.map((one) => one.ask('trace', asked(wanted))));
    return answers.flatMap((answer) => {
      if (answer.status === 'fulfilled') return [answer.value];
      problems.push(answer.reason as AdminProblem);
      return [];
    });
  };
  const told = await ask(nodes, key);
  const place = told.map(placeFound).find((found) => found !== undefined);
  const isShort = told.length > 1 && told.some(({ entry }) => !entry);
  const more = 'id' in key && place && isShort ? await ask(nodes, place) : [];
  const [first, ...rest] = [...told, ...more];
  return { trace: first && { ...mergeTraces([first, ...rest]), key }, problems };
}

function asked(key: TraceKey): { readonly message: string; readonly position?: number } {
  return 'id' in key ? { message: key.id } : { message: key.conversation, position: key.position };
}
