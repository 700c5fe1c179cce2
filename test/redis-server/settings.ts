/** Settings of the plugins for tests: short waits. */
import type { Settings } from '../../plugins/answers/redis/settings.ts';
import type { Settings as RegistrySettings } from '../../plugins/registries/redis/settings.ts';

const SHORT = { connectTimeout: 500, answerTimeout: 300, ca: undefined };

export function settings(chosen: Partial<Settings> & { readonly url: string }): Settings {
  return { prefix: 'im:answer:', expiry: 60_000, ...SHORT, ...chosen };
}

export function registrySettings(
  chosen: Partial<RegistrySettings> & { readonly url: string },
): RegistrySettings {
  return { prefix: 'im:registry:', ...SHORT, ...chosen };
}
