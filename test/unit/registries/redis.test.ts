import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { never, quietHost, until, type QuietHost } from 'im-kernel/kit';
import plugin from '../../../plugins/registries/redis/index.ts';
import type { RedisRegistry } from '../../../plugins/registries/redis/redis-registry.ts';
import { placeOf, problemsOf, type Settings } from '../../../plugins/registries/redis/settings.ts';
import { redis, RedisServer } from '../../redis-server/server.ts';
import { registrySettings } from '../../redis-server/settings.ts';
import { makeCertificate } from '../transports/certificate.ts';

describe('the settings of a registry in redis', () => {
  it('tell what is wrong with a url, and never the url itself', () => {
    for (const url of ['http://s3cret@x', 'redis://', 'redis://x?db=s3cret', 's3cret', '']) {
      const [problem = ''] = problemsOf(registrySettings({ url }));
      assert.match(problem, /^url must read redis:/, url);
      assert.doesNotMatch(problem, /s3cret/);
    }
    const [problem = ''] = problemsOf(registrySettings({ url: 'redis://x', ca: '/ca' }));
    assert.match(problem, /^ca needs/);
    assert.deepEqual(problemsOf(registrySettings({ url: 'rediss://:p@x:6380/1' })), []);
    assert.equal(placeOf('rediss://u:p@h:1/3'), 'h:1/3');
  });

  it('load the library for nobody who does not start the plugin', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=im-src',
      '--input-type=module',
      '--eval',
      `import { createRequire } from 'node:module';
       const { default: plugin } = await import('./plugins/registries/redis/index.ts');
       plugin.create({ url: 'redis://x' }, {});
       const loaded = Object.keys(createRequire(import.meta.url).cache);
       console.log(plugin.role, loaded.filter((one) => one.includes('@redis')).length);`,
    ]);
    assert.equal(stdout, 'registry 0\n');
  });
});

function degraded({ reports }: QuietHost): string {
  const last = reports.at(-1);
  return last?.state === 'degraded' ? last.why : `${last?.state}`;
}

redis.describe('a registry in a real redis-server', () => {
  let server: RedisServer;
  const running: RedisRegistry[] = [];
  before(async () => {
    server = await RedisServer.make();
  });
  after(() => server.remove());
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
    await server.run('CONFIG', 'SET', 'maxmemory', '0');
    await server.run('FLUSHALL');
  });

  async function open(chosen: Partial<Settings> = {}) {
    const host = quietHost();
    const settings = registrySettings({ url: server.url(), ...chosen });
    const registry = plugin.create(settings, {
      ...host,
      register: undefined as never,
    }) as RedisRegistry;
    running.push(registry);
    await registry.start(never());
    return { registry, host };
  }

  it('stands under its prefix, with an expiry, and apart from other clusters', async () => {
    const { registry } = await open({ prefix: 'p:' });
    await registry.announce('a', '{}', 50_000);
    assert.equal(await server.run('GET', 'p:card:a'), '{}');
    assert.ok(Number(await server.run('PTTL', 'p:card:a')) > 40_000);
    assert.deepEqual(await server.run('SMEMBERS', 'p:nodes'), ['a']);
    const other = await open({ prefix: 'q:' });
    assert.deepEqual(await other.registry.list(), []);
  });

  it('forgets the names of those who are gone, and of nobody who is back', async () => {
    const { registry } = await open();
    await registry.announce('a', '{}', 60_000);
    await server.run('SADD', 'im:registry:nodes', 'gone', 'ghost');
    assert.deepEqual(await registry.list(), [{ node: 'a', card: '{}' }]);
    assert.deepEqual(await server.run('SMEMBERS', 'im:registry:nodes'), ['a']);
  });

  it('lists nothing that is no card, and costs no memory for what is huge', async () => {
    const { registry } = await open();
    await registry.announce('a', '{}', 60_000);
    await server.run('SADD', 'im:registry:nodes', 'huge', 'list');
    await server.run('SETRANGE', 'im:registry:card:huge', String(50_000_000), 'x');
    await server.run('RPUSH', 'im:registry:card:list', 'x');
    assert.deepEqual(await registry.list(), [{ node: 'a', card: '{}' }]);
    await registry.announce('list', '{"n":1}', 60_000);
    assert.equal((await registry.list()).length, 2);
  });

  it('lists 1,000 nodes at most', async () => {
    const { registry } = await open();
    const names = Array.from({ length: 1_500 }, (_, at) => `n${at}`);
    await Promise.all(names.map((name) => registry.announce(name, '{}', 60_000)));
    assert.equal((await registry.list()).length, 1_000);
  });

  it('tells again by itself after a restart of Redis, which forgot', async () => {
    const { registry, host } = await open();
    await registry.announce('a', '{}', 60_000);
    await server.kill();
    await assert.rejects(registry.list(), { code: 'IM_REGISTRY_AWAY' });
    await server.start();
    await until(async () => {
      await registry.announce('a', '{}', 60_000).catch(() => undefined);
      return degraded(host) === 'running';
    }, 'it is back');
    assert.deepEqual(await registry.list(), [{ node: 'a', card: '{}' }]);
  });

  it('says why, where Redis is full, or is not what it should be', async () => {
    const { registry, host } = await open();
    await server.run('SET', 'im:registry:nodes', 'x');
    await assert.rejects(registry.list(), /cannot be used: WRONGTYPE/);
    await server.run('DEL', 'im:registry:nodes');
    await server.run('CONFIG', 'SET', 'maxmemory', '1');
    await assert.rejects(registry.announce('a', '{}', 1_000), /cannot be used: OOM/);
    assert.match(degraded(host), /OOM/);
  });

  it('needs the right password: without it the health says so, and nothing shows it', async () => {
    const locked = await RedisServer.make({ password: 'r1ght' });
    try {
      const wrong = await open({ url: locked.url(':wr0ng@') });
      assert.match(degraded(wrong.host), /127\.0\.0\.1:\d+ cannot be used: WRONGPASS/);
      const none = await open({ url: locked.url('') });
      assert.match(degraded(none.host), /cannot be used: NOAUTH/);
      assert.doesNotMatch(JSON.stringify([wrong.host.lines, wrong.host.reports]), /wr0ng/);
      const right = await open({ url: locked.url() });
      assert.equal(degraded(right.host), 'running');
    } finally {
      for (const one of running.splice(0)) await one.stop();
      await locked.remove();
    }
  });

  it('goes over TLS, and only with a certificate that is trusted', async () => {
    const certificate = makeCertificate();
    const secure = await RedisServer.make({ tls: certificate });
    const url = `rediss://localhost:${secure.port}`;
    try {
      const { registry, host } = await open({ url, ca: certificate.cert });
      assert.equal(degraded(host), 'running');
      await registry.announce('a', '{}', 60_000);
      assert.equal((await registry.list()).length, 1);
      assert.match(degraded((await open({ url })).host), /self-signed certificate/);
      const plain = await open({ url: `redis://localhost:${secure.port}` });
      assert.match(degraded(plain.host), /cannot be used/);
      assert.match(degraded((await open({ url, ca: '/nowhere/ca.pem' })).host), /ENOENT/);
    } finally {
      for (const one of running.splice(0)) await one.stop();
      await secure.remove();
      certificate.remove();
    }
  });
});
