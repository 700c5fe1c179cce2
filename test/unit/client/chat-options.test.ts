import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { addressOf, planChat, wrongUse } from '../../../cli/chat-options.ts';
import { configIn, inFolder, SMALL } from '../cli/rig.ts';

function at(config: object): string {
  return addressOf({ transports: [{ config }] } as never);
}

describe('chat options', () => {
  const options = { as: 'ann' };

  it('takes the first transport as the server', () => {
    const listen = { host: '127.0.0.1', port: 7400 };
    assert.equal(at({ listen }), 'tcp://127.0.0.1:7400');
    assert.equal(at({ listen, tls: {} }), 'tls://127.0.0.1:7400');
    assert.equal(at({ listen, path: '/im' }), 'ws://127.0.0.1:7400/im');
    assert.equal(at({ listen: { host: '::', port: 1 }, path: '/', tls: {} }), 'wss://127.0.0.1:1/');
    assert.throws(() => at({ listen: { host: '127.0.0.1', port: 0 } }), /--server/);
  });

  it('says what is wrong with them', () => {
    assert.equal(wrongUse({ ...options, group: 'g/tea' }), undefined);
    assert.match(wrongUse({ ...options, as: 'no name' }) ?? '', /--as "no name"/);
    assert.match(wrongUse({ ...options, to: 'bob', group: 'tea' }) ?? '', /not both/);
    assert.match(wrongUse({ ...options, group: 'a/b' }) ?? '', /--group/);
    const [server, gateway] = [['tcp://a:1', 'WS://b:2/im'], ['http://gw:1']];
    assert.equal(wrongUse({ ...options, server, gateway }), undefined);
    for (const no of ['http://a:1', 'a:1', 'tcp://']) {
      assert.match(wrongUse({ ...options, server: [...server, no] }) ?? 'none', /--server/, no);
    }
    assert.match(wrongUse({ ...options, gateway: ['gw:1'] }) ?? '', /--gateway gw:1/);
  });

  it('takes all servers and gateways that are given, and else those of each configuration', () =>
    inFolder(async (folder) => {
      const given = { ...options, server: ['tcp://a:1', 'tcp://b:2'], token: 't' };
      const plan = await planChat(given);
      assert.deepEqual([plan.addresses, plan.gateways], [given.server, []]);
      const gateway = ['http://gw:1'];
      const asking = await planChat({ ...options, gateway, token: 't' });
      assert.deepEqual([asking.addresses, asking.gateways], [[], gateway]);
      const config: string[] = [];
      for (const name of ['a', 'b']) {
        const here = join(folder, name);
        await mkdir(here);
        config.push(await configIn(here, SMALL.replace(':0', `:740${config.length}`)));
      }
      const { addresses, outbox } = await planChat({ ...options, config });
      assert.deepEqual(addresses, ['tcp://127.0.0.1:7400', 'tcp://127.0.0.1:7401']);
      assert.ok(outbox.startsWith(join(folder, 'a')), outbox);
    }));
});
