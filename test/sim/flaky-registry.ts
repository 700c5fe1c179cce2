/** The registry of the simulated world: the store's, and what goes wrong on the way to it. */
import { definePlugin, ImError, type Registry } from 'im-kernel/contract';
import storeRegistry from '../../plugins/registries/store/index.ts';

/** refuses: nothing comes in. unanswered: it comes in, and no answer comes back. */
export type RegistryTrouble = 'refuses' | 'unanswered';

/** `trouble`: what is wrong now. */
export function flakyRegistry(trouble: () => RegistryTrouble | undefined) {
  return definePlugin({
    contract: 1,
    role: 'registry',
    type: 'simulated',
    summary: 'The registry of the simulated world.',
    stability: 'experimental',
    config: {},
    create: (_config, host) => {
      const real = storeRegistry.create({}, host);
      const flaky: Registry = {
        start: (signal) => real.start(signal),
        stop: (deadline) => real.stop(deadline),
        announce: (...card) => asked(trouble(), () => real.announce(...card)),
        withdraw: (node) => asked(trouble(), () => real.withdraw(node)),
        list: () => asked(trouble(), () => real.list()),
      };
      return flaky;
    },
  });
}

async function asked<T>(now: RegistryTrouble | undefined, run: () => Promise<T>): Promise<T> {
  const away = new ImError('IM_REGISTRY_AWAY', { why: 'the simulation says so' });
  if (now === 'refuses') throw away;
  const answer = await run();
  if (now === 'unanswered') throw away;
  return answer;
}
