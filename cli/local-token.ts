/** A token made on this machine, by the authentication that the configuration names. */
import type { Instance } from '../core/config/settings.ts';
import { ImError, type Authentication } from '../core/contract/index.ts';
import { makeHost } from '../core/kernel/host.ts';
import { createLog } from '../core/kernel/log.ts';
import { MetricsRegistry } from '../core/kernel/metrics.ts';
import { systemClock, systemRandom } from '../core/kernel/system.ts';
import { load } from './plugins.ts';

/**
 * `lifeMs` absent: as the plugin has it.
 *
 * @throws ConfigError; ImError IM_AUTH_NO_TOKENS where tokens come from elsewhere; what the plugin
 * throws.
 */
export async function localToken(
  configFile: string,
  user: string,
  lifeMs?: number,
): Promise<string> {
  const settings = await load(configFile, { env: process.env });
  const authentication = create(settings.authentication, settings.node.name);
  if (!authentication.issue) {
    throw new ImError('IM_AUTH_NO_TOKENS', { plugin: settings.authentication.type });
  }
  const { startTimeout, stopTimeout } = settings.limits;
  try {
    await authentication.start(AbortSignal.timeout(startTimeout));
    return await authentication.issue(user, lifeMs);
  } finally {
    await authentication.stop(AbortSignal.timeout(stopTimeout));
  }
}

function create(instance: Instance, node: string): Authentication {
  const host = makeHost({
    name: instance.name,
    node,
    log: createLog({ level: 'warn' }),
    clock: systemClock(),
    random: systemRandom(),
    metrics: new MetricsRegistry(),
    report: () => undefined,
  });
  return instance.plugin.create(instance.config, host) as Authentication;
}
