/**
 * The search that is guided by coverage: what reaches a place in the decoders that nothing reached
 * before, or as often, or with as few bytes, is kept and varied further. So a condition
 * several bytes deep is met one byte after the other. The idea is that of AFL (M. Zalewski).
 */
import { inputOf, type Candidate } from './candidate.ts';
import type { Binding, Input } from './decode.ts';
import type { Instrumented } from './instrument.ts';
import { Supply } from './supply.ts';

/** As in the search without a guide; besides, whatever is kept is weighed and read again. */
const WEIGH_EVERY = 500;
const REREAD_EVERY = 16;
const STACK_FRAMES = 10;

export interface Search {
  readonly binding: Binding;
  readonly seed: number;
  readonly executions: number;
  /** False keeps nothing: to show what the guide is worth. */
  readonly guided?: boolean;
}

export interface Failure {
  readonly input: Input;
  readonly problem: string;
}

export interface Found {
  /** Fewer than asked for, if something failed. */
  readonly executions: number;
  readonly corpus: readonly Candidate[];
  readonly branches: { readonly covered: number; readonly total: number };
  /** The search ends with the first. */
  readonly failure: Failure | undefined;
}

/** The same seed and code find the same. */
export function search(decoders: Instrumented, asked: Search): Found {
  const limit = Error.stackTraceLimit;
  // Nearly every execution ends with an error; where it came from would take most of the time.
  Error.stackTraceLimit = 0;
  try {
    return searchOn(decoders, asked);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function searchOn(decoders: Instrumented, asked: Search): Found {
  const { binding, guided = true } = asked;
  const { coverage } = decoders;
  const seen = coverage.nothingSeen();
  const supply = new Supply(binding, asked.seed);
  let failure: Failure | undefined;
  let done = 0;
  for (; done < asked.executions && failure === undefined; done++) {
    const candidate = supply.next();
    const input = inputOf(binding, candidate);
    coverage.clear();
    const run = decoders.runOnce(input);
    const isNew = coverage.addTo(seen, candidate.bytes.length);
    if (isNew && guided) supply.keep(candidate);
    const weigh = isNew || done % WEIGH_EVERY === 0;
    const reread = isNew || done % REREAD_EVERY === 0;
    const problem = decoders.problemOf(input, run, { weigh, reread });
    if (problem !== undefined) failure = { input, problem: withStack(decoders, input, problem) };
  }
  return { executions: done, corpus: supply.corpus, branches: coverage.branches(seen), failure };
}

/** Once more, now with the places that errors come from. */
function withStack(decoders: Instrumented, input: Input, problem: string): string {
  Error.stackTraceLimit = STACK_FRAMES;
  const again = decoders.problemOf(input, decoders.runOnce(input), { weigh: true, reread: true });
  Error.stackTraceLimit = 0;
  return again ?? problem;
}
