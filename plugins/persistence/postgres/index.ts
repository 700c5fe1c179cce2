/** `use: postgres`: everything in a PostgreSQL database, which several nodes can share. */
import { definePlugin } from 'im-kernel/contract';
import { PostgresStore } from './postgres-store.ts';
import { problemsOf, SETTINGS } from './settings.ts';

export default definePlugin({
  contract: 1,
  role: 'persistence',
  type: 'postgres',
  summary: 'Keeps everything in a PostgreSQL database, which several nodes can share.',
  stability: 'experimental',
  config: SETTINGS,
  check: problemsOf,
  create: (config, host) => new PostgresStore(config, host),
});
