/** `use: store`: nodes tell of themselves in the store that they share. */
import { definePlugin } from 'im-kernel/contract';
import { StoreRegistry } from './store-registry.ts';

export default definePlugin({
  contract: 1,
  role: 'registry',
  type: 'store',
  summary: 'Nodes tell of themselves in the store that they share.',
  stability: 'experimental',
  config: {},
  create: (_config, host) => new StoreRegistry(host),
});
