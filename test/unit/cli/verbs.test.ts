import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { knownPlugins } from '../../../core/kernel/discover.ts';
import { configIn, im, inFolder, SMALL } from './rig.ts';

describe('im', () => {
  it('prints its help with every verb', async () => {
    const { code, out } = await im(['--help']);
    assert.equal(code, 0);
    for (const verb of [
      'start',
      'check',
      'status',
      'switchover',
      'takeover',
      'trace',
      'token',
      'chat',
      'new',
    ]) {
      assert.match(out, new RegExp(`^ {2}${verb} `, 'm'));
    }
  });

  it('takes --config on every verb', async () => {
    const verbs = [
      ['start'],
      ['check'],
      ['explain'],
      ['list'],
      ['token'],
      ['chat'],
      ['new', 'plugin'],
    ];
    for (const verb of verbs) {
      const { code, out } = await im([...verb, '--help']);
      assert.equal(code, 0);
      assert.match(out, /--config <file>/, verb.join(' '));
    }
  });

  it('traces nothing that is no message, and says when no node can be asked', async () => {
    await inFolder(async (folder) => {
      const config = await configIn(folder, SMALL);
      for (const words of [['x'], ['d/ann/bob'], ['d/ann/bob', '0'], ['g/tea', '1', '2']]) {
        const { code, err } = await im(['trace', '--config', config, ...words]);
        assert.equal(code, 2, words.join(' '));
        assert.match(err, /by its id, or by its conversation and position/);
      }
      const { code, out, err } = await im(['trace', '--config', config, 'd/ann/bob', '7']);
      assert.deepEqual([code, out], [3, '']);
      assert.match(err, /no answer from im-1: .*admin\.sock/);
    });
  });

  it('suggests the verb that was meant, and ends with 2 on wrong use', async () => {
    const { code, err } = await im(['strat']);
    assert.equal(code, 2);
    assert.match(err, /unknown command 'strat'[^]*Did you mean start\?/);
    const help = await im(['help', 'strat']);
    assert.deepEqual(help, { code, out: '', err });
    for (const argv of [[], ['token'], ['check', '--nonsense'], ['new'], ['token', 'a', 'b']]) {
      assert.equal((await im(argv)).code, 2, argv.join(' '));
    }
  });

  it('prints the version of the package', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    assert.deepEqual(await im(['--version']), { code: 0, out: version, err: '' });
  });
});

describe('the verbs of a cluster', () => {
  it('say what a file without one lacks, and end with 7', () =>
    inFolder(async (folder) => {
      const file = await configIn(folder, SMALL);
      const change = ['--to', 'im-b', '--expect-epoch', '1'];
      for (const verb of [['status'], ['switchover', ...change], ['takeover', ...change]]) {
        const { code, out, err } = await im([...verb, '--config', file]);
        assert.deepEqual([code, out], [7, '']);
        assert.match(err, /^IM_CLUSTER_NONE .* no block `cluster`, which this command needs\nAdd /);
      }
    }));
});

describe('im check', () => {
  it('says OK and what the node would be', () =>
    inFolder(async (folder) => {
      const file = await configIn(folder, SMALL);
      const { code, out, err } = await im(['check', '--config', file]);
      assert.deepEqual([code, err], [0, '']);
      assert.ok(out.startsWith(`${file}: OK\n`));
      assert.match(out, /transport tcp +tcp-tlv listen 127\.0\.0\.1:0/);
      assert.match(out, new RegExp(`persistence +sqlite file ${folder}/data/im\\.db`));
    }));

  it('prints every problem on a line of its own and ends with 7', () =>
    inFolder(async (folder) => {
      const file = await configIn(folder, `${SMALL}limts: {}\nlog: { level: loud }\n`);
      const { code, out, err } = await im(['check', '--config', file]);
      assert.deepEqual([code, out], [7, '']);
      const lines = err.split('\n');
      assert.equal(lines[0], `${file}:3:1 limts is unknown; did you mean limits?`);
      assert.ok(lines[1]?.startsWith(`${file}:4:15 log.level must be one of debug, info, warn`));
      assert.match(lines[2] ?? '', /has 2 problem\(s\)/);
      assert.equal(lines.length, 3);
    }));

  it('says what to do when there is no file', async () => {
    const { code, err } = await im(['check', '--config', '/nowhere/im.config.yaml']);
    assert.equal(code, 7);
    assert.match(err, /IM_CONFIG_MISSING[^]*--config FILE/);
  });

  it('takes variables from the environment', () =>
    inFolder(async (folder) => {
      const file = await configIn(folder, SMALL.replace('im-1', "'${IM_NAME}'"));
      assert.equal((await im(['check', '--config', file])).code, 7);
      const { code, out } = await im(['check', '--config', file], { IM_NAME: 'im-7' });
      assert.equal(code, 0);
      assert.match(out, /node +im-7/);
    }));

  it('asks for no transports in the file of a gateway', () =>
    inFolder(async (folder) => {
      const yaml = `node: { name: gate, data: ./data }
cluster: { name: demo }
gateway: { listen: 127.0.0.1:7430 }
`;
      const file = await configIn(folder, yaml);
      assert.equal((await im(['check', '--gateway', '--config', file])).code, 0);
      const bad = await im(['check', '--config', file]);
      assert.match(bad.err, /transports is missing/);
    }));

  it('asks for no transports in the file of a sequencer', () =>
    inFolder(async (folder) => {
      const yaml = `node: { name: s, data: d }
ordering: { use: central-sequencer, sequencer: { listen: 127.0.0.1:7440 } }
`;
      const file = await configIn(folder, yaml);
      assert.match((await im(['check', '--config', file])).err, /:1:1 transports is missing/);
      const { code, out } = await im(['check', '--sequencer', '--config', file]);
      assert.equal(code, 0);
      assert.match(out, /ordering +central-sequencer/);
      await configIn(folder, yaml.replace(':7440', ''));
      const bad = await im(['check', '--sequencer', '--config', file]);
      assert.match(bad.err, /:2:\d+ ordering\.sequencer\.listen must be host:port/);
    }));

  it('says for how long bodies are kept', () =>
    inFolder(async (folder) => {
      const shown = async (chat: string): Promise<string> => {
        const file = await configIn(folder, `${SMALL}${chat}`);
        const { out, err } = await im(['check', '--config', file]);
        return out + err;
      };
      assert.match(await shown(''), /chat +bodies kept for ever/);
      assert.match(await shown('chat: { keepBodies: 30d }\n'), /chat +bodies kept for 30d/);
      assert.match(await shown('chat: { keepBodies: 5ms }\n'), /chat\.keepBodies must be/);
    }));

  it('shows every address on which something would listen', () =>
    inFolder(async (folder) => {
      const yaml = `${SMALL}cluster: { name: demo, link: 127.0.0.1:7421 }
gateway: { listen: 127.0.0.1:7430 }
ordering: { use: central-sequencer, sequencer: { listen: 127.0.0.1:7440 } }
`;
      const { out } = await im(['check', '--config', await configIn(folder, yaml)]);
      assert.match(out, /cluster +demo link 127\.0\.0\.1:7421, secretFile .*cluster\.key$/m);
      assert.match(out, /gateway +listen 127\.0\.0\.1:7430$/m);
      assert.match(out, /ordering +central-sequencer listen 127\.0\.0\.1:7440, secretFile /);
    }));

  it('refuses failover without other nodes, and over a store that they cannot share', () =>
    inFolder(async (folder) => {
      for (const policy of ['standby', 'manual']) {
        const alone = `${SMALL}failover: { use: ${policy} }\n`;
        const file = await configIn(folder, alone);
        const noCluster = await im(['check', '--config', file]);
        assert.deepEqual([noCluster.code, noCluster.out], [7, '']);
        assert.ok(noCluster.err.startsWith(`${file}:3:13 failover.use IM_CLUSTER_NONE `));
        await configIn(folder, `${alone}cluster: { name: demo }\npersistence: { use: memory }\n`);
        const noShare = await im(['check', '--config', file]);
        assert.deepEqual([noShare.code, noShare.out], [7, '']);
        assert.ok(noShare.err.startsWith(`${file}:3:13 failover.use IM_FAILOVER_ALONE `));
        await configIn(folder, `${alone}cluster: { name: demo }\n`);
        assert.equal((await im(['check', '--config', file])).code, 0);
      }
      assert.deepEqual(await readdir(folder), ['im.config.yaml']);
    }));

  it('refuses the file of a gateway that would have nothing to do', () =>
    inFolder(async (folder) => {
      const file = await configIn(folder, 'node: { name: gate, data: d }\n');
      const { code, err } = await im(['check', '--gateway', '--config', file]);
      assert.equal(code, 7);
      assert.match(err, /^IM_GATEWAY_NONE .*has no block `cluster`/);
    }));

  it('accepts the configuration that comes with the package', async () => {
    assert.equal((await im(['check'])).code, 0);
  });
});

describe('im start', () => {
  it('ends with 7 and every problem on a bad configuration', () =>
    inFolder(async (folder) => {
      const file = await configIn(folder, `${SMALL}chat: { friendsOnly: maybe }\nx: 1\n`);
      const { code, err } = await im(['start', '--config', file]);
      assert.equal(code, 7);
      assert.match(err, /:3:\d+ chat\.friendsOnly must be true or false[^]*:4:1 x is unknown/);
    }));
});

describe('im list', () => {
  it('lists every plugin with role, type, stability and summary', async () => {
    const { code, out } = await im(['list']);
    assert.equal(code, 0);
    for (const { role, type, stability, summary } of await knownPlugins()) {
      const line = out.split('\n').find((one) => one.startsWith(role) && one.includes(` ${type} `));
      assert.ok(line?.includes(stability) && line.endsWith(summary), `${role} ${type}`);
    }
  });
});

describe('im explain', () => {
  it('describes every setting of every plugin', async () => {
    const { code, out } = await im(['explain']);
    assert.equal(code, 0);
    for (const plugin of await knownPlugins()) {
      assert.ok(out.includes(`${plugin.role} ${plugin.type} (`));
      for (const [key, field] of Object.entries(plugin.config)) {
        assert.ok(out.includes(`  ${key} `) && out.includes(field.help), `${plugin.type}.${key}`);
      }
    }
    assert.match(out, /^limits: /m);
  });

  it('describes one role, one plugin, or one block', async () => {
    const role = await im(['explain', 'persistence']);
    assert.match(role.out, /persistence sqlite[^]*|persistence memory/);
    assert.doesNotMatch(role.out, /transport tcp-tlv|^limits: /m);
    const plugin = await im(['explain', 'persistence', 'memory']);
    assert.match(plugin.out, /^persistence memory/);
    assert.doesNotMatch(plugin.out, /persistence sqlite/);
    const ordering = await im(['explain', 'ordering']);
    assert.match(ordering.out, /ordering: \{ direct: \{ use: … \}, group: /);
    const block = await im(['explain', 'chat']);
    assert.match(block.out, /^chat: [^]*friendsOnly/);
  });

  it('names what there is when asked for what there is not', async () => {
    const role = await im(['explain', 'transprot']);
    assert.equal(role.code, 2);
    assert.match(role.err, /Did you mean transport\? Known: /);
    const type = await im(['explain', 'transport', 'tcp']);
    assert.equal(type.code, 2);
    assert.match(type.err, /no transport plugin is called "tcp".*Known: tcp-tlv, websocket/);
  });
});

describe('im token', () => {
  it('prints the token alone, which the same configuration accepts again', () =>
    inFolder(async (folder) => {
      const file = await configIn(folder, SMALL);
      const { code, out, err } = await im(['token', 'ann', '--life', '1h', '--config', file]);
      assert.deepEqual([code, err], [0, '']);
      const [, claims = ''] = out.split('.');
      assert.match(out, /^[\w-]+\.[\w-]+\.[\w-]+$/);
      const { sub, exp, iat } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
        sub: string;
        exp: number;
        iat: number;
      };
      assert.equal(sub, 'ann');
      assert.equal(exp - iat, 3600);
      assert.equal((await stat(join(folder, 'data/auth.key'))).mode & 0o777, 0o600);
    }));

  it('refuses what is no user name and no duration', async () => {
    assert.equal((await im(['token', 'a/b'])).code, 2);
    const { code, err } = await im(['token', 'ann', '--life', '10']);
    assert.equal(code, 2);
    assert.match(err, /--life needs a unit: 10ms or 10s/);
  });

  it('ends with 7 where tokens come from elsewhere', () =>
    inFolder(async (folder) => {
      const jwks = `authentication: { use: jwt, jwksFile: ./keys.json }\n`;
      const file = await configIn(folder, SMALL + jwks);
      const { code, out, err } = await im(['token', 'ann', '--config', file]);
      assert.deepEqual([code, out], [7, '']);
      assert.match(err, /^IM_AUTH_NO_TOKENS the authentication plugin jwt makes no tokens/);
    }));
});
