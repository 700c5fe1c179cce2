/** `use: redis`: nodes tell of themselves in a Redis. */
import { definePlugin } from 'im-kernel/contract';
import { RedisRegistry } from './redis-registry.ts';
import { problemsOf, SETTINGS } from './settings.ts';

export default definePlugin({
  contract: 1,
  role: 'registry',
  type: 'redis',
  summary: 'Nodes tell of themselves in a Redis, beside the store.',
  stability: 'experimental',
  config: SETTINGS,
  check: problemsOf,
  create: (config, host) => new RedisRegistry(config, host),
});
