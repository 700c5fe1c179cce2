/** Pairs that were set up wrongly, or lose their store: named, shown, and nothing unsafe. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';
import { postgres } from '../postgres-server/databases.ts';
import { PostgresServer } from '../postgres-server/server.ts';
import { ServerProcess, type Differences } from '../scenes/server-process.ts';
import { NodePair } from './node-pair.ts';
import { freePorts } from './typed.ts';

const LEASE_MS = 3_000;
const SHARED = { use: 'sqlite', file: '../im.db' };

/** A node with nothing in its file that the usual one lacks. */
function lone(pair: NodePair, name: string, differences: Differences): ServerProcess {
  const folder = join(pair.folder, name);
  mkdirSync(folder);
  return new ServerProcess(folder, '../auth.key', { node: { name }, ...differences });
}

/** The health that a node tells when it is asked by SIGUSR2. */
async function healthOf(node: ServerProcess): Promise<string> {
  const lines = (): string[] =>
    node.output.split('\n').filter((line) => line.includes('"msg":"health"'));
  const before = lines().length;
  process.kill(node.pid ?? 0, 'SIGUSR2');
  await until(() => lines().length > before, 'its health');
  return lines().at(-1) ?? '';
}

describe('a pair that was set up wrongly', function () {
  this.timeout(90_000);
  let pair: NodePair;
  afterEach(() => pair.clear());

  it('with one name for two keeps the second from starting, and the first goes on', async () => {
    pair = new NodePair();
    await pair.a.start();
    const twin = pair.node('im-a', 2, {}, 'twin');
    await assert.rejects(
      twin.start(),
      /ended with 1 [\s\S]*yaml:\d+:\d+ node\.name IM_CLUSTER_NAME .*another node named "im-a" runs on this store\nGive each node .*node\.name/,
    );
    const { active, epoch, nodes } = await pair.status();
    assert.deepEqual([active, epoch, nodes.length], ['im-a', 1, 1]);
  });

  it('with one name for two: the second can be stopped while it waits for the name', async () => {
    pair = new NodePair();
    await pair.a.start();
    const twin = pair.node('im-a', 2, {}, 'twin');
    const ended = assert.rejects(twin.start(), /ended with 0/);
    await until(() => twin.output.includes('authentication started'), 'it joins', 20_000);
    process.kill(twin.pid ?? 0, 'SIGTERM');
    await ended;
    assert.equal((await pair.status()).active, 'im-a');
  });

  it('with one address for two is told in the health of both, and by im status', async () => {
    const cluster = { addresses: ['tcp://chat.example:7400'] };
    pair = new NodePair({ a: { cluster }, b: { cluster } });
    await pair.start();
    const { problems } = await pair.until((now) => now.problems.length > 0, 'the problem');
    assert.deepEqual(
      problems.map(({ by, code }) => [by, code]),
      [['im-a', 'IM_CLUSTER_ADDRESS']],
    );
    assert.match(
      (await pair.im('status')).out,
      /^PROBLEM seen by im-a: IM_CLUSTER_ADDRESS im-b .*tcp:\/\/chat\.example:7400.*\. Give each/m,
    );
    for (const one of [pair.a, pair.b]) {
      await until(() => one.output.includes('"IM_CLUSTER_ADDRESS"'), 'its own word', 10_000);
      assert.match(await healthOf(one), /"state":"degraded".*"code":"IM_CLUSTER_ADDRESS"/);
    }
  });

  it('with two names of the cluster never hands over to the other one', async () => {
    pair = new NodePair({ b: { cluster: { name: 'other' } } });
    await pair.start();
    const { problems, nodes } = await pair.until((now) => now.problems.length > 0, 'the problem');
    assert.equal(problems[0]?.code, 'IM_CLUSTER_OTHER');
    assert.deepEqual(
      nodes.map(({ ready }) => ready),
      [true, false],
    );
    const { code, err } = await pair.im('switchover --to im-b --expect-epoch 1 --yes');
    assert.deepEqual([code, err.includes('im-b is not ready')], ['1', true]);
    assert.equal((await pair.status()).active, 'im-a');
  });

  it('with two secrets for one link is told in the health of both, and works by the store', async () => {
    const links = await freePorts(2);
    const [a, b] = links.map((port, at) => {
      return { cluster: { link: `127.0.0.1:${port}`, secretFile: `../${at}.key` } };
    });
    pair = new NodePair({ ...(a && { a }), ...(b && { b }) });
    await pair.start();
    const { problems } = await pair.until((now) => now.problems.length > 1, 'both problems');
    assert.deepEqual(
      problems.map(({ by, code }) => [by, code]),
      [
        ['im-a', 'IM_LINK_REFUSED'],
        ['im-b', 'IM_LINK_REFUSED'],
      ],
    );
    assert.match(await healthOf(pair.a), /"why":"the link with .* is refused: the secrets differ"/);
    await pair.a.kill();
    await pair.until(({ active }) => active === 'im-b', 'im-b serves');
  });

  it('with another count of shards than the store has does not start', async () => {
    pair = new NodePair({ b: { cluster: { shards: 8 } } });
    await pair.a.start();
    await assert.rejects(
      pair.b.start(),
      /ended with 1 [\s\S]*yaml:\d+:\d+ cluster\.shards IM_CLUSTER_SHARDS .*the store has 64 shards, not the 8 of cluster\.shards\n/,
    );
    assert.equal((await pair.status()).nodes.length, 1);
  });

  it('with a backup that could not serve tells at its start what it lacks', async () => {
    const guards = { words: { use: 'word-list', file: './none.txt' } };
    pair = new NodePair({ b: { guards } });
    await pair.a.start();
    await assert.rejects(
      pair.b.start(),
      /ended with 1 [\s\S]*yaml:\d+:\d+ guards\.words\.file IM_PLUGIN_FILE words did not start/,
    );
    assert.equal((await pair.status()).active, 'im-a');
  });

  it('on a store that only one can have does not start', async () => {
    pair = new NodePair({ persistence: { use: 'memory', file: undefined } });
    await assert.rejects(
      pair.a.start(),
      /ended with 7 [\s\S]*yaml:\d+:\d+ failover\.use IM_FAILOVER_ALONE failover\.use standby .* memory is not one\nIn .*im\.config\.yaml, use persistence sqlite/,
    );
  });

  it('without a block cluster does not start', async () => {
    pair = new NodePair();
    const one = lone(pair, 'im-c', { persistence: SHARED, failover: { use: 'standby' } });
    await assert.rejects(
      one.start(),
      /ended with 7 [\s\S]*yaml:\d+:\d+ failover\.use IM_CLUSTER_NONE .*im\.config\.yaml has no block `cluster`, .*standby needs\nAdd `cluster: /,
    );
  });

  it('with one that knows of no other leaves the file to who has it', async () => {
    pair = new NodePair();
    const one = lone(pair, 'im-c', { persistence: SHARED });
    const held = /IM_STORE_OPEN .*im\.db cannot be opened: another process has it open.*\n/;
    await pair.a.start();
    await assert.rejects(one.start(), held);
    assert.equal((await pair.status()).active, 'im-a');
    await pair.a.stop();
    await one.start();
    try {
      await assert.rejects(pair.b.start(), held);
    } finally {
      await one.stop();
    }
  });
});

postgres.describe('a pair whose database goes away', function () {
  this.timeout(120_000);
  let database: PostgresServer;
  let pair: NodePair;
  before(async () => {
    database = await PostgresServer.make();
  });
  beforeEach(async () => {
    const url = database.url('postgres');
    pair = new NodePair({ persistence: { use: 'postgres', url, file: undefined } });
    await pair.start();
  });
  afterEach(() => pair.clear());
  after(() => database.remove());

  it('for longer than a lease goes on under the same owner and epoch', async () => {
    const before = await pair.status();
    const watching = pair.type('status --watch');
    await watching.prints('active im-a');
    await database.stop('immediate');
    const begunMs = performance.now();
    const { code, err } = await pair.im('status');
    assert.equal(code, '1');
    assert.match(err, /IM_STORE_REACH .*cannot be reached/);
    for (const one of [pair.a, pair.b]) {
      await until(
        () => /"code":"IM_STORE_AWAY".*cluster is degraded/.test(one.output),
        'it',
        20_000,
      );
    }
    await until(() => performance.now() - begunMs > LEASE_MS, 'the end of the lease', 10_000);
    await database.start();
    const { active, epoch } = await pair.until(
      (now) => now.active !== undefined,
      'somebody serves',
    );
    assert.deepEqual([active, epoch], ['im-a', before.epoch]);
    assert.deepEqual([pair.a.running, pair.b.running], [true, true]);
    await until(() => pair.a.output.includes('cluster runs again'), 'im-a is well', 20_000);

    assert.match(watching.err, /^IM_STORE_AWAY /m);
    watching.out = '';
    await watching.prints('active im-a');
  });
});
