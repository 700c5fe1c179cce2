/** `use: sqlite`: everything in one file, synced before it is acknowledged. */
import { definePlugin, path, whole } from 'im-kernel/contract';
import { SqliteStore } from './sqlite-store.ts';

export default definePlugin({
  contract: 1,
  role: 'persistence',
  type: 'sqlite',
  summary: 'Keeps everything in one SQLite file, synced to the disk before it is acknowledged.',
  stability: 'stable',
  config: {
    file: path({
      help: 'The file; its folder is made if it is missing.',
      fallback: './data/im.db',
    }),
    shards: whole({
      help: 'Shards, the units of ownership; fixed when the file is made.',
      fallback: 64,
      min: 1,
      max: 4096,
    }),
  },
  create: (config, host) => new SqliteStore(config, host),
});
