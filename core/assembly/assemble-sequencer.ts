/**
 * The parts of a program that only gives numbers to servers: a store, which lends its register, and
 * the orderings that serve.
 */
import type { Settings } from '../config/settings.ts';
import { ImError } from '../contract/index.ts';
import { layFoundation, type Means } from './foundation.ts';
import { plainMovers, reloadOver, unsettled } from './reload/create-reload.ts';
import type { Program } from './program.ts';

/** Creates everything and starts nothing. Its start rejects where nobody could be served. */
export function assembleSequencer(settings: Settings, means: Means): Program {
  const base = layFoundation(settings, means, () => undefined);
  const { supervisor, metrics, persistence, ordered } = base;
  supervisor.add({ name: 'persistence', rank: 0, component: persistence });
  for (const { name, component } of ordered.parts) supervisor.add({ name, rank: 1, component });
  const here = { base, transports: [], gateway: undefined };
  const reload = reloadOver(settings, means, {
    base,
    movers: plainMovers(settings, means, here),
    notNow: () => unsettled(supervisor.states()),
  });
  return {
    metrics,
    reload,
    aside: { orderings: ordered.orderings },
    gateways: [],
    get addresses() {
      return ordered.parts.flatMap(({ component }) => component.addresses ?? []);
    },
    states: () => supervisor.states(),
    async start() {
      await supervisor.start();
      if (this.addresses.length > 0) return;
      await supervisor.stop();
      const { file, ordering } = settings;
      throw new ImError('IM_SEQUENCER_NONE', { type: ordering.direct.type, file });
    },
    stop: () => supervisor.stop(),
    onFailed: (listener) => supervisor.onFailed(listener),
  };
}
