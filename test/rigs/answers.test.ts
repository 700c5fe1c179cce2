/** A real server and a real Redis: repeats get the first answer, whatever Redis does. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';
import { redis, RedisServer } from '../redis-server/server.ts';
import { Device, type Answer, type Command } from '../scenes/device.ts';
import { ServerProcess } from '../scenes/server-process.ts';
import { ServerMetrics } from './server-metrics.ts';

/** More than a node holds in memory of one sender. */
const COUNT = 80;
/** Answers that are asked for again; long out of the node's memory. */
const OLD = 10;
const SUSPENSION_MS = 300;
/** What a Redis that hangs may cost all commands of a test together. */
const QUICK_MAX_MS = 3_000;

redis.describe('answers that a server keeps in Redis', () => {
  let shelf: RedisServer;
  let folder = '';
  let server: ServerProcess;
  let ann: Device;
  let token = '';
  let sent: readonly Command[];
  let first: readonly Answer[];

  before(async () => {
    shelf = await RedisServer.make();
  });
  after(() => shelf.remove());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'im-answers-'));
    await begin(shelf.url());
    await talk();
    await inRedis(COUNT);
  });
  afterEach(async () => {
    shelf.signal('SIGCONT');
    ann.connection?.cut();
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
    await shelf.run('FLUSHALL');
  });

  async function begin(url: string): Promise<void> {
    const answers = { use: 'redis', url, suspension: `${SUSPENSION_MS}ms`, timeLimit: '50ms' };
    server = new ServerProcess(folder, './data/auth.key', { answers });
    await server.start();
    ann = new Device('ann', 'phone');
    token = await server.token('ann');
    await ann.connect('tcp', server.addresses, token);
  }

  async function talk(): Promise<void> {
    const body = new TextEncoder().encode('hi');
    sent = Array.from({ length: COUNT }, () => ann.send('bob', { type: 'send', body }));
    first = await Promise.all(sent.map((command) => ann.answerTo(command)));
  }

  const inRedis = (count: number): Promise<void> =>
    until(async () => (await shelf.run('DBSIZE')) === count, `${count} answers in Redis`);

  /** Killed in the middle of nothing: what it had in memory is gone, the log and Redis stay. */
  async function restart(): Promise<void> {
    await server.kill();
    await ann.gone();
    await server.start();
    await ann.connect('tcp', server.addresses, token);
  }

  const looks = async (what: string): Promise<number> =>
    (await ServerMetrics.of(server)).value('answers_looks_total', what);

  /** Old commands once more: each must get its first answer. */
  async function repeats(): Promise<void> {
    for (let at = 0; at < OLD; at += 1) {
      const again = await ann.repeat(sent[at]!);
      assert.deepEqual(again, { ...first[at], attempt: 2, duplicate: 1 });
    }
  }

  it('outlive a kill -9 of the server, and are found without the store', async () => {
    await restart();
    await repeats();
    assert.deepEqual([await looks('hit'), await looks('miss')], [OLD, 0]);
  });

  it('are the same after FLUSHALL, and stand in Redis again', async () => {
    await shelf.run('FLUSHALL');
    await restart();
    await repeats();
    assert.equal(await looks('miss'), OLD);
    await inRedis(OLD);
    await repeats();
    assert.equal(await looks('hit'), OLD);
  });

  it('are the same when every value is forged', async () => {
    const keys = (await shelf.run('KEYS', '*')) as string[];
    const true1 = String(await shelf.run('GET', keys[0]!));
    const forge = `for _, key in ipairs(redis.call('KEYS', '*')) do
      redis.call('SET', key, ARGV[1]) end`;
    await shelf.run('EVAL', forge, '0', true1.replace(/ \d+ /, ' 7 '));
    await repeats();
    assert.equal(await looks('unfit'), OLD);
    const list = `for _, key in ipairs(redis.call('KEYS', '*')) do
      redis.call('DEL', key) redis.call('RPUSH', key, 'x') end`;
    await shelf.run('EVAL', list, '0');
    await repeats();
    assert.equal(await looks('miss'), OLD);
  });

  it('come as quickly when Redis hangs, and from Redis again when it goes on', async () => {
    shelf.signal('SIGSTOP');
    const startedMs = performance.now();
    const before = { sent, first };
    await repeats();
    await talk();
    assert.ok(performance.now() - startedMs < QUICK_MAX_MS, 'nobody waited for Redis');
    assert.match(server.output, /the cache of answers is left alone/);
    ({ sent, first } = before);
    shelf.signal('SIGCONT');
    await until(async () => {
      await repeats();
      return (await looks('hit')) > 0;
    }, 'an answer from Redis');
  });

  it('come from the store when Redis is gone, and the server starts without it', async () => {
    await shelf.kill();
    await repeats();
    await restart();
    await repeats();
    const { health } = await ServerMetrics.of(server);
    assert.equal(health.state, 'degraded');
    assert.partialDeepStrictEqual(health.parts['answers'], { code: 'IM_ANSWERS_AWAY' });
    assert.equal(await looks('hit'), 0);
    await shelf.start();
    await until(async () => {
      await repeats();
      return (await looks('hit')) > 0;
    }, 'an answer from Redis');
    assert.equal((await ServerMetrics.of(server)).health.parts['answers'], 'running');
  });
});
