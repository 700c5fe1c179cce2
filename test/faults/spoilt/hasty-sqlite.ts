/** The store `sqlite` that acknowledges what it has not kept. */
import { definePlugin, path } from 'im-kernel/contract';
import { SqliteStore } from '../../../plugins/persistence/sqlite/sqlite-store.ts';
import { hasty } from './hasty.ts';

export default definePlugin({
  contract: 1,
  role: 'persistence',
  type: 'hasty-sqlite',
  summary: 'Acknowledges what it has not kept: for the controls of the fault rigs.',
  stability: 'experimental',
  config: { file: path({ help: 'The file.' }) },
  create: ({ file }, host) => hasty(new SqliteStore({ file, shards: 64 }, host), host),
});
