import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { explainPlugin } from '../../../core/config/explain.ts';
import { HIDDEN, redact } from '../../../core/config/redact.ts';
import { referencePage } from '../../../core/config/reference-page.ts';
import { sample } from '../../../core/config/sample.ts';
import { instancesOf } from '../../../core/config/settings.ts';
import { group, listOf, secret, size, text, whole } from '../../../core/contract/index.ts';
import { aPlugin, file, load, PLUGINS } from './rig.ts';

const every = PLUGINS[0] ?? assert.fail('the rig has plugins');

describe('a sample', () => {
  for (const plugin of PLUGINS.filter(({ type }) => type !== 'broken-check')) {
    it(`of ${plugin.role} ${plugin.type} is YAML that the node accepts`, async () => {
      const head = 'node: { name: n, data: d }\n';
      const transports = plugin.role === 'transport' ? '' : 'transports: { a: { use: picky } }\n';
      const settings = await load(`${head}${transports}${sample(plugin)}\n`);
      const all = instancesOf(settings);
      assert.ok(all.some(({ role, type }) => role === plugin.role && type === plugin.type));
    });
  }

  it('has every optional setting commented out, ready to be taken in', () => {
    const yaml = sample(every);
    assert.match(yaml, /\n {4}# tls:\n {4}# {3}# Certificate\.\n {4}# {3}cert: /);
    const taken = yaml.replace(/^( {4})# ((?: {2})*(?:tls|cert|key|oldest|any):? ?.*)$/gm, '$1$2');
    const read = parse(taken) as { transports: { every: { tls: { oldest: string } } } };
    assert.equal(read.transports.every.tls.oldest, '1.2');
  });
});

describe('an explanation', () => {
  it('names form, bounds and default of every setting', () => {
    const page = explainPlugin(every);
    assert.match(page, /^transport every \(experimental\): A transport for tests\./);
    assert.match(page, /idle +A time\.\n +duration from 10ms to 1m; default: 1s/);
    assert.match(page, /room +A size\.\n +size from 512B to 1MiB; default: 1KiB/);
    assert.match(page, /title +A text\.\n +text of 1 to 8 characters matching \[a-z\]\+/);
    assert.match(page, /key +A secret\.\n.*never shown; default: none/);
    assert.match(page, /tls\.cert +Certificate\.\n +path; default: required/);
    assert.match(page, /mode +A choice\.\n +calm or brisk; default: calm/);
  });

  it('says so when there is nothing to set', () => {
    assert.match(explainPlugin(aPlugin('failover', 'plain')), /It has no settings\./);
  });

  it('keeps its tables whole on the reference page, whatever the help says', () => {
    const odd = aPlugin('failover', 'odd', {
      a: whole({ help: 'One | two\nthree.', fallback: 1 }),
    });
    assert.match(
      referencePage([odd]),
      /^\| `a` \| One \\\| two three\. \| whole number \| 1 \| restart \|$/m,
    );
  });
});

describe('settings as they are shown', () => {
  it('hide every secret, in groups and lists too, and nothing else', async () => {
    const settings = await load(file('key: s3cret\ntls: { cert: c, key: k }\nidle: 50s'));
    const inner = group({
      help: 'G.',
      fields: { pass: secret({ help: 'P.' }), open: text({ help: 'O.' }) },
    });
    const deep = aPlugin('ordering', 'deep', {
      inner,
      many: listOf(secret({ help: 'S.' }), { help: 'M.' }),
      room: size({ help: 'R.' }),
    });
    const config = { inner: { pass: 'hush', open: 'said' }, many: ['hush', 'hush'], room: 2048 };
    const ordering = {
      name: 'ordering',
      role: 'ordering',
      type: 'deep',
      plugin: deep,
      config,
    } as const;
    const { instances, blocks } = redact({
      ...settings,
      ordering: { direct: ordering, group: ordering },
    });
    assert.doesNotMatch(
      JSON.stringify([instances['tcp']?.config, instances['ordering']?.config]),
      /hush|s3cret/,
    );
    assert.deepEqual(instances['ordering']?.config, {
      inner: { pass: HIDDEN, open: 'said' },
      many: [HIDDEN, HIDDEN],
      room: '2KiB',
    });
    assert.equal(instances['tcp']?.config['key'], HIDDEN);
    assert.equal(instances['tcp']?.config['idle'], '50s');
    assert.equal(instances['tcp']?.config['listen'], '127.0.0.1:7400');
    assert.equal(blocks['limits']?.['maxFrame'], '64KiB');
  });
});
