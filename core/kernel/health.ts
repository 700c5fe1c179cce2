/** How the parts of a node are, and what that makes of the whole. */
import type { State } from './lifecycle.ts';

/** One part, as the operator sees it. */
export interface PartHealth {
  readonly name: string;
  readonly state: State;
  /** Why it is degraded or failed. */
  readonly why: string | undefined;
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
