import { judgeAnswers } from 'im-kernel/kit';
import plugin from '../../plugins/answers/redis/index.ts';
import { redis, RedisServer } from '../redis-server/server.ts';
import { settings } from '../redis-server/settings.ts';

redis.describe('over a real redis-server', () => {
  let server: RedisServer;

  judgeAnswers({
    name: 'redis',
    shared: true,
    make: (host) => plugin.create(settings({ url: server.url() }), host),
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
