/** Settings of the plugin for tests: short waits. */
import type { Settings } from '../../plugins/answers/redis/settings.ts';

export function settings(chosen: Partial<Settings> & { readonly url: string }): Settings {
  return {
    prefix: 'im:answer:',
    expiry: 60_000,
    connectTimeout: 500,
    answerTimeout: 300,
    ca: undefined,
    ...chosen,
  };
}
