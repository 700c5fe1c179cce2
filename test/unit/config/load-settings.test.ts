import assert from 'node:assert/strict';
import { loadSettings } from '../../../core/config/load-settings.ts';
import { LIMITS } from '../../../core/config/limits.ts';
import { instancesOf } from '../../../core/config/settings.ts';
import { ImError } from '../../../core/contract/index.ts';
import { file, find, load, problemsOf } from './rig.ts';

describe('settings', () => {
  it('are complete when the file names only a node and a transport', async () => {
    const settings = await load(file(''));
    assert.deepEqual(settings.node, { name: 'im-1', data: '/etc/im/data' });
    assert.equal(settings.folder, '/etc/im');
    assert.equal(settings.persistence.type, 'sqlite');
    assert.equal(settings.persistence.name, 'persistence');
    assert.equal(settings.persistence.config['file'], '/etc/im/data/im.db');
    assert.equal(settings.ordering.direct.type, 'conversation-owner');
    assert.equal(settings.ordering.group, settings.ordering.direct);
    assert.equal(settings.failover.type, 'none');
    assert.equal(settings.authentication.type, 'jwt');
    assert.deepEqual(settings.chat, { friendsOnly: false, keepBodies: undefined });
    assert.deepEqual(settings.log, { level: 'info' });
    assert.deepEqual(Object.keys(settings.limits), Object.keys(LIMITS));
    assert.equal(settings.limits.maxFrame, 65_536);
  });

  it('hold an ordering for each kind of conversation, the default for what is absent', async () => {
    const own = await load(file('', 'ordering: { group: { use: by-clock, window: 2s } }\n'));
    const { direct, group } = own.ordering;
    assert.deepEqual([direct.name, direct.type], ['ordering.direct', 'conversation-owner']);
    assert.deepEqual([group.name, group.type], ['ordering.group', 'by-clock']);
    assert.deepEqual(group.config, { window: 2_000 });
    const names = instancesOf(own).map(({ name }) => name);
    assert.ok(names.includes('ordering.direct') && names.includes('ordering.group'));
    const one = await load(file('', 'ordering: { use: by-clock }\n'));
    assert.equal(one.ordering.direct, one.ordering.group);
    assert.equal(instancesOf(one).filter(({ role }) => role === 'ordering').length, 1);
  });

  it('hold an ordering twice that wants to be one for each kind, in the place of its one block', async () => {
    const settings = await load(file('', 'ordering: { use: by-both }\n'));
    const { direct, group } = settings.ordering;
    assert.deepEqual([direct.name, group.name], ['ordering.direct', 'ordering.group']);
    assert.equal(direct.config, group.config);
    assert.equal(direct.path, 'ordering');
    assert.equal(instancesOf(settings).filter(({ role }) => role === 'ordering').length, 2);
  });

  it('hold every kind of field, with defaults', async () => {
    const [tcp] = (await load(file(''))).transports;
    assert.deepEqual(tcp?.config, {
      listen: { host: '127.0.0.1', port: 7400 },
      title: 'none',
      key: undefined,
      count: 3,
      any: undefined,
      idle: 1000,
      room: 1024,
      quick: true,
      mode: 'calm',
      file: '/etc/im/data/x',
      names: [],
      files: ['/etc/im/a'],
      tls: undefined,
      alive: { idle: 30_000 },
    });
  });

  it('hold every kind of field, as written', async () => {
    const yaml = file(`listen: '[::1]:0'
title: abc
key: s3cret
count: 9
any: -5
idle: 5s
room: 64KiB
quick: false
mode: brisk
file: /var/x
names: [a, "2"]
files: [b/../c]
tls: { cert: c.pem, key: k.pem }
alive: { idle: 7d }`);
    const [tcp] = (await load(yaml)).transports;
    assert.deepEqual(tcp?.config, {
      listen: { host: '::1', port: 0 },
      title: 'abc',
      key: 's3cret',
      count: 9,
      any: -5,
      idle: 5000,
      room: 65_536,
      quick: false,
      mode: 'brisk',
      file: '/var/x',
      names: ['a', '2'],
      files: ['/etc/im/c'],
      tls: { cert: '/etc/im/c.pem', key: '/etc/im/k.pem', oldest: '1.2' },
      alive: { idle: 604_800_000 },
    });
  });

  it('keep transports in the sequence of the file and cannot be changed', async () => {
    const yaml = `node: { name: n, data: d }
transports: { b: { use: picky }, a: { use: every } }`;
    const settings = await load(yaml);
    assert.deepEqual(
      settings.transports.map(({ name }) => name),
      ['b', 'a'],
    );
    for (const part of [
      settings,
      settings.limits,
      settings.transports,
      settings.transports[1]?.config,
    ]) {
      assert.ok(Object.isFrozen(part));
    }
  });

  it('hold guards and consumers, with what the kernel adds to their blocks', async () => {
    const rest = `guards: { b: { use: words, words: [x], timeLimit: 2s }, a: { use: words, words: [] } }
consumers: { hook: { use: hook, url: somewhere, from: start, retryMax: 5m } }`;
    const { guards, consumers } = await load(file('', rest));
    assert.deepEqual(
      guards.map(({ name, config, added }) => [name, config, added]),
      [
        ['b', { words: ['x'] }, { timeLimit: 2_000, onFailure: 'refuse' }],
        ['a', { words: [] }, { timeLimit: 100, onFailure: 'refuse' }],
      ],
    );
    assert.deepEqual(consumers[0]?.config, { url: 'somewhere', key: undefined });
    assert.deepEqual(consumers[0]?.added, {
      from: 'start',
      timeLimit: 30_000,
      tries: 10,
      retryFrom: 200,
      retryMax: 300_000,
      concurrency: 4,
    });
    const none = await load(file('', 'guards:\n'));
    assert.deepEqual([none.guards, none.consumers], [[], []]);
  });

  it('hold a cache of answers if one is named, with what the kernel adds, and none else', async () => {
    const { answers } = await load(file('', 'answers: { use: shelf, url: x, timeLimit: 20ms }\n'));
    assert.deepEqual([answers?.name, answers?.role], ['answers', 'answers']);
    assert.deepEqual(answers?.config, { url: 'x' });
    assert.deepEqual(answers?.added, { timeLimit: 20, suspension: 10_000, pending: 10_000 });
    for (const yaml of [file(''), file('', 'answers:\n')]) {
      assert.equal((await load(yaml)).answers, undefined);
    }
  });

  it('take empty blocks as absent', async () => {
    const settings = await load(file('alive:', 'limits:\nchat:\npersistence:\nlog: {}\n'));
    assert.equal(settings.limits.window, 64);
    assert.equal(settings.persistence.type, 'sqlite');
  });

  it('use an alias where it is plain', async () => {
    const yaml = `node: { name: &name im-1, data: *name }
transports: { a: &a { use: every, listen: 127.0.0.1:0 }, b: *a }`;
    const settings = await load(yaml);
    assert.equal(settings.node.data, '/etc/im/im-1');
    assert.equal(settings.transports.length, 2);
  });

  it('say plainly that a file is not there', async () => {
    const missing = loadSettings('/nowhere/im.config.yaml', { env: {}, find });
    await assert.rejects(missing, (error) => {
      assert.ok(error instanceof ImError);
      assert.equal(error.code, 'IM_CONFIG_MISSING');
      assert.match(error.message, /^\/nowhere\/im\.config\.yaml cannot be read: ENOENT/);
      return true;
    });
  });
});

describe('rules between settings', () => {
  it('refuse a body that would not fit its frame', async () => {
    const why = 'a body travels in one frame';
    assert.deepEqual(await problemsOf(file('', 'limits: { bodyMax: 64KiB }')), [
      `6:11 limits.bodyMax 64KiB + 4KiB must not exceed limits.maxFrame (64KiB): ${why}`,
    ]);
    const smaller = await problemsOf(file('', 'limits:\n  maxFrame: 8KiB'));
    assert.deepEqual(smaller, [
      `7:3 limits.bodyMax 60000B + 4KiB must not exceed limits.maxFrame (8KiB): ${why}`,
    ]);
    await load(file('', 'limits: { maxFrame: 8KiB, bodyMax: 4KiB }'));
  });

  it('refuse a connection that would be closed before it is asked', async () => {
    const [problem] = await problemsOf(file('', 'limits: { retransmit: 2m }'));
    assert.match(problem ?? '', /limits\.retransmit 2m must not exceed limits\.ackTimeout \(1m\)/);
  });

  it('has every command in flight fit among the refusals that are remembered', async () => {
    const [problem] = await problemsOf(file('', 'limits: { window: 600 }'));
    const wanted = /window 600, twice, must not exceed limits\.refusalsRemembered \(1024\)/;
    assert.match(problem ?? '', wanted);
  });

  for (const [one, two, taken] of [
    ['127.0.0.1:7400', '127.0.0.1:7400', true],
    ['0.0.0.0:7400', '127.0.0.1:7400', true],
    ['localhost:7400', "'[::1]:7400'", true],
    ['127.0.0.1:7400', '127.0.0.2:7400', false],
    ['127.0.0.1:7400', '127.0.0.1:7401', false],
    ['127.0.0.1:0', '127.0.0.1:0', false],
  ] as const) {
    it(`${taken ? 'refuse' : 'allow'} transports on ${one} and ${two}`, async () => {
      const yaml = `node: { name: n, data: d }
transports:
  a: { use: every, listen: ${one} }
  b: { use: every, listen: ${two} }
`;
      if (!taken) {
        await load(yaml);
        return;
      }
      const port = 'transports.a.listen has this port already; choose another (0: any free one)';
      assert.deepEqual(await problemsOf(yaml), [`4:28 transports.b.listen ${port}`]);
    });
  }

  it("report the plugin's own rules at the instance, even when its check fails", async () => {
    const yaml = `node: { name: n, data: d }
transports:
  a: { use: picky, port: 13 }
  b: { use: broken-check }
`;
    assert.deepEqual(await problemsOf(yaml), [
      '3:3 transports.a port 13 brings bad luck',
      "4:3 transports.b could not be checked, the plugin's check failed: oops",
    ]);
  });

  it("do not ask the plugin's own rules of settings with a value that is not there", async () => {
    const yaml = `node: { name: n, data: d }
transports:
  a: { use: picky, port: 1 }
  b: { use: address-rule, url: '\${UNSET}' }
`;
    const problems = await problemsOf(yaml);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(
      problems[0] ?? '',
      /^4:32 transports\.b\.url needs the environment variable UNSET/,
    );
  });
});
