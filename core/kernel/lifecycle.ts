/**
 * The states of a component, and the moves between them that are permitted. Data and one pure
 * function.
 */
import { ImError } from '../contract/index.ts';

export type State =
  'created' | 'starting' | 'running' | 'degraded' | 'stopping' | 'stopped' | 'failed';

/** A part that never started goes from created to stopped: there is nothing to undo. */
const MOVES: Readonly<Record<State, readonly State[]>> = {
  created: ['starting', 'stopped'],
  starting: ['running', 'failed', 'stopping'],
  running: ['degraded', 'failed', 'stopping'],
  degraded: ['running', 'failed', 'stopping'],
  failed: ['stopping'],
  stopping: ['stopped', 'failed'],
  stopped: [],
};

/** True if a component may go from one state to the other. */
export function permitted(from: State, to: State): boolean {
  return MOVES[from].includes(to);
}

/** Returns `to`. Throws IM_KERNEL_STATE, a bug of ours, if the move is not in the table. */
export function move(instance: string, from: State, to: State): State {
  if (!permitted(from, to)) throw new ImError('IM_KERNEL_STATE', { instance, from, to });
  return to;
}
