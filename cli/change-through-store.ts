/**
 * A change of the owner through the store, for when no node answers. It asks what a node's admin
 * API would have asked, goes on record, and bears a store that is away for a while.
 */
import { changeOwner, CHANGE_LIMIT_MS, type Changed } from '../core/admin/desk/change.ts';
import type { Operator } from '../core/admin/operator.ts';
import type { Input } from '../core/admin/verbs.ts';
import type { Clock } from '../core/contract/index.ts';
import { confirmChange, type ConfirmOptions } from './admin/confirm.ts';
import type { Io } from './io.ts';
import { recorded } from './recorded.ts';

export interface StoreChange {
  readonly verb: 'cluster switchover' | 'cluster takeover';
  readonly input: Input<'cluster takeover'>;
  /** The name of the cluster. */
  readonly cluster: string;
  /** Where acts are on record. */
  readonly folder: string;
}

/**
 * Undefined: somebody changed their mind. Rejects as the operator does where nothing is under way;
 * with IM_ADMIN_LATE where nobody knows; with IM_ADMIN_INPUT where nobody can be asked.
 */
export async function changeThroughStore(
  operator: Operator,
  { verb, input, cluster, folder }: StoreChange,
  options: ConfirmOptions,
  clock: Clock,
  io: Io,
): Promise<Changed | undefined> {
  const view = async () => {
    const { epoch, active, nodes } = await operator.status();
    const seen = nodes.map((node) => ({ ...node, sessions: node.card?.sessions }));
    return { name: cluster, epoch, active, nodes: seen };
  };
  if (!(await confirmChange({ name: verb, input }, view, options, io))) return undefined;
  const { force, ...change } = input;
  const ask = (asked: () => void): Promise<void> =>
    verb === 'cluster switchover'
      ? operator.switchover(change, CHANGE_LIMIT_MS, asked)
      : operator.takeover(change, force, asked);
  const around = { clock, isHere: () => true, status: () => operator.status() };
  // Nobody else tells how it went on: who asked waits for the store as long as for the change.
  const carriedOut = () => changeOwner(change, ask, { ...around, silentMaxMs: CHANGE_LIMIT_MS });
  return recorded(folder, { verb, input }, io, carriedOut);
}
