/** `use: memory`: gone when the process ends. For trying out, tests and the simulator. */
import { definePlugin, whole } from 'im-kernel/contract';
import { MemoryStore } from './memory-store.ts';

export default definePlugin({
  contract: 1,
  role: 'persistence',
  type: 'memory',
  summary: 'Keeps everything in the memory of the process, and forgets it with the process.',
  stability: 'stable',
  config: {
    shards: whole({
      help: 'Shards, the units of ownership.',
      fallback: 64,
      min: 1,
      max: 4096,
    }),
  },
  create: (config, host) => new MemoryStore(config.shards, host),
});
