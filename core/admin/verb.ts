/**
 * What a verb is: how it is asked for, and where it is shown. `look` and `act` make one; the table
 * of all is in `verbs.ts`.
 */
import { z } from 'zod';

/**
 * 0: it only reads. 1: it can be undone at once. 2: it affects users: asked for once more. 3: it
 * affects the cluster: the target's name is typed. 4: it may break a promise: the cluster's name
 * and the epoch are typed.
 */
export type Danger = 0 | 1 | 2 | 3 | 4;

/** A node, only its sequencer for other nodes, or only what tells clients of nodes. */
export type Part = 'node' | 'sequencer' | 'gateway';

/** What a token must be good for. */
export type Permission = 'read' | 'operate';

export type Screen =
  | 'overview'
  | 'sessions'
  | 'conversations'
  | 'plugins'
  | 'dead-letters'
  | 'store'
  | 'ordering'
  | 'cluster'
  | 'events'
  | 'config';

export interface Verb {
  readonly summary: string;
  readonly permission: Permission;
  readonly danger: Danger;
  /** Of which processes it can be asked. */
  readonly parts: readonly Part[];
  readonly method: 'GET' | 'POST';
  /** With `:name` for what stands in the path; the rest is the query, or the body. */
  readonly path: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodType;
  /** Inputs that the command line takes without a name, in sequence. */
  readonly plain: readonly string[];
  /** Where the terminal UI shows it, or has it on a key. */
  readonly screen: Screen | undefined;
  readonly key: string | undefined;
}

type Given<I extends z.ZodObject, O extends z.ZodType> = Pick<Verb, 'summary' | 'path'> & {
  readonly input?: I;
  readonly output: O;
  /** Absent: nodes alone. */
  readonly parts?: readonly Part[];
  readonly plain?: readonly string[];
  readonly screen?: Screen;
  readonly key?: string;
};

const nothing = z.object({});
const NODES: readonly Part[] = ['node'];
export const ALL: readonly Part[] = ['node', 'sequencer', 'gateway'];

export function look<O extends z.ZodType, I extends z.ZodObject = typeof nothing>(
  given: Given<I, O>,
) {
  const { input = nothing as unknown as I, parts = NODES, plain = [], ...more } = given;
  const { screen, key, ...rest } = more;
  const how = { permission: 'read', danger: 0, method: 'GET' } as const;
  return { ...rest, ...how, input, parts, plain, screen, key };
}

export function act<O extends z.ZodType, I extends z.ZodObject>(
  given: Given<I, O> & { readonly danger: Danger; readonly input: I },
) {
  const { parts = NODES, plain = [], screen, key, ...rest } = given;
  const how = { permission: 'operate', method: 'POST' } as const;
  return { ...rest, ...how, parts, plain, screen, key };
}
