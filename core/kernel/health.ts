/** How the parts of a node are, and what that makes of the whole. */
import type { ErrorCode } from '../contract/index.ts';
import type { State } from './lifecycle.ts';

/** One part, as the operator sees it. */
export interface PartHealth {
  readonly name: string;
  readonly state: State;
  /** Why it is degraded or failed. */
  readonly why: string | undefined;
  /** The error behind it, from the catalogue, and what to do; undefined: none is known. */
  readonly code: ErrorCode | undefined;
  readonly act: string | undefined;
  /** How long its start took; undefined before it is done. */
  readonly startMs: number | undefined;
}

/** From best to worst: the whole is as its worst part. */
const WORSE: readonly State[] = [
  'stopped',
  'running',
  'created',
  'starting',
  'stopping',
  'degraded',
  'failed',
];

/** The state of a node with these parts; `created` without any. */
export function healthOf(parts: readonly PartHealth[]): State {
  let worst = -1;
  for (const part of parts) worst = Math.max(worst, WORSE.indexOf(part.state));
  return WORSE[worst] ?? 'created';
}

type Shown = State | Readonly<Record<string, string>>;

/** The whole and its parts, for a log: a part that is as it should be is one word. */
export function shownHealth(parts: readonly PartHealth[]): {
  readonly state: State;
  readonly parts: Readonly<Record<string, Shown>>;
} {
  const shown = parts.map(({ name, state, why, code, act }): [string, Shown] => {
    if (why === undefined) return [name, state];
    return [name, { state, why, ...(code && { code }), ...(act && { act }) }];
  });
  return { state: healthOf(parts), parts: Object.fromEntries(shown) };
}
