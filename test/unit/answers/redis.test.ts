import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { never, quietHost, until, type QuietHost } from 'im-kernel/kit';
import plugin from '../../../plugins/answers/redis/index.ts';
import type { RedisAnswers } from '../../../plugins/answers/redis/redis-answers.ts';
import { placeOf, problemsOf, type Settings } from '../../../plugins/answers/redis/settings.ts';
import { redis, RedisServer } from '../../redis-server/server.ts';
import { settings } from '../../redis-server/settings.ts';
import { configIn, im, inFolder, SMALL } from '../cli/rig.ts';
import { makeCertificate } from '../transports/certificate.ts';

describe('the settings of redis', () => {
  it('tell what is wrong with a url, and never the url itself', () => {
    for (const url of [
      'http://s3cret@x',
      'redis://',
      'redis:x',
      'redis://x/zero',
      'redis://x/0/1',
      'redis://x?db=s3cret',
      'redis://u:%zz@x',
      's3cret',
      '',
    ]) {
      const [problem = ''] = problemsOf(settings({ url }));
      assert.match(problem, /^url must read redis:/, url);
      assert.doesNotMatch(problem, /s3cret/);
    }
    assert.match(problemsOf(settings({ url: 'redis://x', ca: '/ca' }))[0] ?? '', /^ca needs/);
    for (const url of ['redis://x', 'redis://u:p%40@[::1]:1/15', 'rediss://:p@x.example:6380/']) {
      assert.deepEqual(problemsOf(settings({ url })), [], url);
    }
  });

  it('are checked with the file, and shown without the url', () =>
    inFolder(async (folder) => {
      const check = async (url: string) => {
        const block = `answers: { use: redis, url: '${url}' }\n`;
        return im(['check', '--config', await configIn(folder, SMALL + block)]);
      };
      const wrong = await check('http://:s3cret@x');
      assert.equal(wrong.code, 7);
      assert.match(wrong.err, /:\d+:\d+ answers url must read redis:/);
      const right = await check('redis://:s3cret@x');
      assert.deepEqual([right.code, right.err], [0, '']);
      assert.match(right.out, /^ {2}answers +redis$/m);
      assert.doesNotMatch(wrong.err + wrong.out + right.out, /s3cret/);
    }));

  it('show a place without user and password', () => {
    assert.equal(placeOf('redis://u:p@h'), 'h:6379');
    assert.equal(placeOf('rediss://u:p@h:1/3'), 'h:1/3');
  });
});

function degraded({ reports }: QuietHost): string {
  const last = reports.at(-1);
  return last?.state === 'degraded' ? last.why : `${last?.state}`;
}

describe('the library of redis', () => {
  it('is loaded by nobody who does not start the plugin', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=im-src',
      '--input-type=module',
      '--eval',
      `import { createRequire } from 'node:module';
       const { default: plugin } = await import('./plugins/answers/redis/index.ts');
       plugin.create({ url: 'redis://x' }, {});
       const loaded = Object.keys(createRequire(import.meta.url).cache);
       console.log(plugin.type, loaded.filter((one) => one.includes('@redis')).length);`,
    ]);
    assert.equal(stdout, 'redis 0\n');
  });
});

redis.describe('answers in a real redis-server', () => {
  let server: RedisServer;
  const running: RedisAnswers[] = [];
  before(async () => {
    server = await RedisServer.make();
  });
  after(() => server.remove());
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
    await server.run('CONFIG', 'SET', 'maxmemory', '0');
    await server.run('FLUSHALL');
  });

  async function open(
    chosen: Partial<Settings> = {},
  ): Promise<{ it: RedisAnswers; host: QuietHost }> {
    const host = quietHost();
    const it = plugin.create(settings({ url: server.url(), ...chosen }), host) as RedisAnswers;
    running.push(it);
    await it.start(never());
    return { it, host };
  }
  it('stand under the prefix, with an expiry that a repeat begins anew', async () => {
    const { it } = await open({ prefix: 'p:', expiry: 60_000 });
    await it.remember([{ key: 'k', value: 'v' }]);
    assert.equal(await server.run('GET', 'p:k'), 'v');
    await server.run('PEXPIRE', 'p:k', '5000');
    assert.deepEqual(await it.recall(['k']), ['v']);
    assert.ok(Number(await server.run('PTTL', 'p:k')) > 50_000);
  });

  it('are forgotten in their time, and by FLUSHALL', async () => {
    const { it } = await open({ expiry: 1_000 });
    await it.remember([
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ]);
    await server.run('PEXPIRE', 'im:answer:a', '1');
    await until(async () => (await server.run('EXISTS', 'im:answer:a')) === 0, 'the end of a');
    assert.deepEqual(await it.recall(['a', 'b']), [undefined, '2']);
    await server.run('FLUSHALL');
    assert.deepEqual(await it.recall(['a', 'b']), [undefined, undefined]);
  });

  it('are not known where something of another type stands, and are written over it', async () => {
    const { it } = await open();
    await server.run('RPUSH', 'im:answer:k', 'x');
    await it.remember([{ key: 'other', value: '1' }]);
    assert.deepEqual(await it.recall(['k', 'other']), [undefined, '1']);
    await it.remember([{ key: 'k', value: '2' }]);
    assert.deepEqual(await it.recall(['k']), ['2']);
  });

  it('cost no memory when somebody put a huge value in their place', async () => {
    const { it } = await open();
    await server.run('SETRANGE', 'im:answer:k', String(50_000_000), 'x');
    const [value = ''] = await it.recall(['k']);
    assert.ok(value.length <= 161);
  });

  it('are refused by a Redis that is full, and are read all the same', async () => {
    const { it, host } = await open();
    await it.remember([{ key: 'k', value: 'v' }]);
    await server.run('CONFIG', 'SET', 'maxmemory', '1');
    await assert.rejects(it.remember([{ key: 'l', value: 'v' }]), /OOM/);
    assert.deepEqual(await it.recall(['k']), ['v']);
    assert.equal(degraded(host), 'running');
  });

  it('need the right password: without it the health says so, and nothing shows it', async () => {
    const locked = await RedisServer.make({ password: 'r1ght' });
    try {
      const wrong = await open({ url: locked.url(':wr0ng@') });
      assert.match(degraded(wrong.host), /127\.0\.0\.1:\d+ cannot be used: WRONGPASS/);
      const none = await open({ url: locked.url('') });
      assert.match(degraded(none.host), /cannot be used: NOAUTH/);
      await assert.rejects(none.it.recall(['k']), { code: 'IM_ANSWERS_AWAY' });
      const said = JSON.stringify([wrong.host.lines, wrong.host.reports]);
      assert.doesNotMatch(said, /wr0ng/);
      const right = await open({ url: locked.url() });
      assert.equal(degraded(right.host), 'running');
    } finally {
      for (const one of running.splice(0)) await one.stop();
      await locked.remove();
    }
  });

  it('keep nobody waiting at the start for a Redis that is not there', async () => {
    const { it, host } = await open({ url: 'redis://127.0.0.1:1' });
    assert.match(degraded(host), /127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/);
    await assert.rejects(it.remember([{ key: 'k', value: 'v' }]), { code: 'IM_ANSWERS_AWAY' });
  });

  it('come back by themselves after a restart of Redis, empty', async () => {
    const { it, host } = await open();
    await it.remember([{ key: 'k', value: 'v' }]);
    await server.kill();
    await until(() => degraded(host).includes('cannot be used'), 'the loss is seen');
    await server.start();
    await until(() => degraded(host) === 'running', 'it is back');
    assert.deepEqual(await it.recall(['k']), [undefined]);
  });

  it('go over TLS, and only with a certificate that is trusted', async () => {
    const certificate = makeCertificate();
    const secure = await RedisServer.make({ tls: certificate });
    const url = `rediss://localhost:${secure.port}`;
    try {
      const { it, host } = await open({ url, ca: certificate.cert });
      assert.equal(degraded(host), 'running');
      await it.remember([{ key: 'k', value: 'v' }]);
      assert.deepEqual(await it.recall(['k']), ['v']);
      const strange = await open({ url });
      assert.match(degraded(strange.host), /self-signed certificate/);
      const plain = await open({ url: `redis://localhost:${secure.port}` });
      assert.match(degraded(plain.host), /cannot be used/);
      const lost = await open({ url, ca: '/nowhere/ca.pem' });
      assert.match(degraded(lost.host), /ENOENT/);
    } finally {
      for (const one of running.splice(0)) await one.stop();
      await secure.remove();
      certificate.remove();
    }
  });
});
