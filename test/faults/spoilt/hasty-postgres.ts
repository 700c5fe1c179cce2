/** The store `postgres` that acknowledges what it has not kept. */
import { definePlugin } from 'im-kernel/contract';
import { PostgresStore } from '../../../plugins/persistence/postgres/postgres-store.ts';
import { SETTINGS } from '../../../plugins/persistence/postgres/settings.ts';
import { hasty } from './hasty.ts';

export default definePlugin({
  contract: 1,
  role: 'persistence',
  type: 'hasty-postgres',
  summary: 'Acknowledges what it has not kept: for the controls of the fault rigs.',
  stability: 'experimental',
  config: SETTINGS,
  create: (settings, host) => hasty(new PostgresStore(settings, host), host),
});
