/** The parts that an operator's command needs: the store of a cluster, and its registry. */
import { Operator } from '../admin/operator.ts';
import type { Settings } from '../config/settings.ts';
import { ImError, type Clock, type Persistence, type Registry } from '../contract/index.ts';
import { layFoundation, type Means } from './foundation.ts';
import { lendRegister } from './lend-register.ts';

/** Starts nothing. @throws ImError where there is no cluster to look at. */
export function assembleOperator(settings: Settings, means: Means) {
  const { cluster, file } = settings;
  if (!cluster) throw new ImError('IM_CLUSTER_NONE', { file, what: 'this command' });
  const { supervisor, persistence, registry } = layFoundation(settings, means, () => undefined);
  supervisor.add({ name: 'persistence', rank: 0, component: persistence });
  supervisor.add({ name: 'registry', rank: 1, component: registry });
  return {
    start: () => supervisor.start(),
    stop: () => supervisor.stop(),
    operator: operatorOf(cluster, { persistence, registry }, means.clock),
  };
}

export function operatorOf(
  { beat }: NonNullable<Settings['cluster']>,
  { persistence, registry }: { readonly persistence: Persistence; readonly registry: Registry },
  clock: Clock,
): Operator {
  const register = lendRegister(persistence);
  return new Operator({ persistence, register, registry, clock, beatMs: beat });
}
