/** The guards and consumers of one life of a node, as its configuration would name them. */
import type { Settings } from '../../core/config/settings.ts';
import type { AnyPlugin, Role } from 'im-kernel/contract';
import type { ConsumerPlan, GuardPlan } from './effects-plan.ts';
import type { Life } from './life.ts';
import { simConsumer } from './sim-consumer.ts';
import { simGuard } from './sim-guard.ts';
import type { World } from './world.ts';

/** Short enough for an entry that fails every time to be set aside before the run ends. */
const RETRY_MAX_MS = 500;

function named(name: string, role: Role, plugin: unknown) {
  const known = plugin as AnyPlugin;
  return { name, role, type: known.type, plugin: known, config: {} };
}

/** `lifeNumber`: which life it is. */
export function effectsSettings(
  world: World,
  life: Life,
  lifeNumber: number,
): Pick<Settings, 'guards' | 'consumers'> {
  const { recorder, situations, ailments, shelf, plan } = world;
  const log = (): string => shelf.store?.log ?? '';
  const around = { life, ailments, recorder, situations };
  const guard = (one: GuardPlan) => {
    const plugin = simGuard({ ...around, plan: one, lifeNumber, prng: world.effectsPrng.fork() });
    const { timeLimit, onFailure } = one;
    return { ...named(one.name, 'guard', plugin), added: { timeLimit, onFailure } };
  };
  const consumer = (one: ConsumerPlan) => {
    const prng = world.effectsPrng.fork();
    const plugin = simConsumer({ ...around, plan: one, lifeNumber, log, prng });
    const { timeLimit, tries, retryFrom, concurrency } = one;
    const retry = { retryFrom, retryMax: RETRY_MAX_MS };
    const added = { from: 'start', timeLimit, tries, ...retry, concurrency } as const;
    return { ...named(one.name, 'consumer', plugin), added };
  };
  return {
    guards: plan.effects.guards.map(guard),
    consumers: plan.effects.consumers.map(consumer),
  };
}
