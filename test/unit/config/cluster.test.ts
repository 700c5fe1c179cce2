import assert from 'node:assert/strict';
import { file, load, problemsOf } from './rig.ts';

function addressed(list: readonly string[]): string {
  return file('', `cluster: { name: demo, addresses: ${JSON.stringify(list)} }`);
}

describe('the blocks of a cluster', () => {
  it('are absent when nothing is said, and nothing is assumed of them', async () => {
    for (const nothing of ['', 'cluster:\ngateway:\n']) {
      const settings = await load(file('', nothing));
      assert.deepEqual([settings.cluster, settings.gateway], [undefined, undefined]);
      assert.equal(settings.registry.type, 'store');
    }
  });

  it('have a default for all but the name of the cluster, and the address of the gateway', async () => {
    const rest = 'cluster: { name: demo }\ngateway: { listen: 127.0.0.1:7430 }\n';
    const { cluster, gateway } = await load(file('', rest));
    assert.deepEqual(cluster, {
      name: 'demo',
      shards: undefined,
      link: undefined,
      secretFile: '/etc/im/cluster.key',
      beat: 1_000,
      lease: 5_000,
      addresses: undefined,
    });
    assert.deepEqual(gateway, { listen: { host: '127.0.0.1', port: 7430 } });
    assert.match(
      (await problemsOf(file('', 'cluster: {}\n')))[0] ?? '',
      /cluster\.name is missing/,
    );
    assert.match(
      (await problemsOf(file('', 'gateway: {}')))[0] ?? '',
      /gateway\.listen is missing/,
    );
  });

  it('have a lease of three beats at least', async () => {
    await load(file('', 'cluster: { name: demo, beat: 2s, lease: 6s }'));
    const why = 'must be at least 3 beats (6s), so that one lost beat ends nobody';
    assert.deepEqual(await problemsOf(file('', 'cluster: { name: demo, beat: 2s, lease: 5s }')), [
      `6:41 cluster.lease ${why}`,
    ]);
    // The setting that is there is named.
    assert.deepEqual(await problemsOf(file('', 'cluster: { name: demo, beat: 2s }')), [
      `6:1 cluster.lease ${why}`,
    ]);
  });

  it('name addresses that clients can go to', async () => {
    const good = ['tcp://h:1', 'tls://[::1]:7400', 'ws://h:80/im', 'wss://chat.example/im'];
    assert.deepEqual((await load(addressed(good))).cluster?.addresses, good);
    for (const bad of ['http://h:1', 'h:7400', 'tcp://', 'tcp:// h:1', 'tcp://a:b@h:1', 'x']) {
      const [problem = ''] = await problemsOf(addressed([bad]));
      assert.match(problem, /cluster\.addresses holds ".*", which is no tcp:\/\//, bad);
    }
  });

  for (const [rest, problem] of [
    ['gateway: { listen: 127.0.0.1:7400 }', '6:20 gateway.listen transports.tcp.listen'],
    ['cluster: { name: c, link: 0.0.0.0:7400 }', '6:27 cluster.link transports.tcp.listen'],
    [
      'cluster: { name: c, link: 127.0.0.1:7430 }\ngateway: { listen: 127.0.0.1:7430 }',
      '6:27 cluster.link gateway.listen',
    ],
  ] as const) {
    it(`listen where nobody else does: ${rest}`, async () => {
      const port = 'has this port already; choose another (0: any free one)';
      assert.deepEqual(await problemsOf(file('', rest)), [`${problem} ${port}`]);
    });
  }

  it('leave their names to the kernel', async () => {
    for (const name of ['cluster', 'gateway', 'registry']) {
      const yaml = `node: { name: n, data: d }\ntransports: { ${name}: { use: every } }\n`;
      const [problem = ''] = await problemsOf(yaml);
      assert.match(problem, /has the name of a (?:part of the kernel|role); choose another/);
    }
  });
});
