import { judgeRegistry } from 'im-kernel/kit';
import plugin from '../../plugins/registries/redis/index.ts';
import type { Settings } from '../../plugins/registries/redis/settings.ts';
import { redis, RedisServer } from '../redis-server/server.ts';
import { registrySettings } from '../redis-server/settings.ts';

redis.describe('over a real redis-server', () => {
  let server: RedisServer;
  const settings = (): Settings => registrySettings({ url: server.url() });

  judgeRegistry({
    name: 'redis',
    make: (host) => plugin.create(settings(), host),
    prepare: async () => {
      server = await RedisServer.make();
    },
    clean: () => server.remove(),
    outside: {
      works: () => server.works(),
      vanishes: () => server.kill(),
      hangs: () => server.signal('SIGSTOP'),
    },
  });
});
