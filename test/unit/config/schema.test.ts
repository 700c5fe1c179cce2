import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { jsonSchema } from '../../../core/config/schema.ts';
import { accepts } from './mini-schema.ts';
import { file, load, PLUGINS } from './rig.ts';

type Schema = Readonly<Record<string, unknown>>;
/** As an editor gets it: through JSON, so without what is undefined. */
const schema = JSON.parse(JSON.stringify(jsonSchema(PLUGINS))) as Schema;
const accepted = (yaml: string): boolean => accepts(schema, parse(yaml));

const GOOD: readonly string[] = [
  file(''),
  file('listen: "[::1]:0"\ntitle: abc\nkey: s3cret\ncount: 9\nidle: 5s\nroom: 64KiB'),
  file('quick: false\nmode: brisk\nfile: /x\nnames: [a]\ntls: { cert: c, key: k }\nalive:'),
  file('count: ${COUNT:-4}\nidle: ${IDLE:-20ms}\nquick: ${QUICK:-true}'),
  file('', 'persistence: { use: memory }\nordering:\nlimits: { window: 99 }\nchat: {}\n'),
  file('', 'persistence: { file: ./x.db }\nauthentication: { use: jwt, secret: x }\n'),
  file(
    '',
    'guards: { a: { use: words, words: [x], onFailure: allow }, b: { use: words, words: [] } }\n',
  ),
  file('', 'guards:\nconsumers: {}\n'),
  file(
    '',
    'ordering: { direct: { use: by-clock, window: 2s }, group: { use: conversation-owner } }\n',
  ),
  file('', 'ordering: { group: { use: by-clock } }\n'),
  file('', 'answers:\n'),
  file('', 'answers: { use: shelf, url: x, suspension: 1s }\n'),
  file('', 'consumers: { a: { use: hook, url: x, tries: 3, retryFrom: 1s, from: start } }\n'),
];

const BAD: readonly string[] = [
  file('listne: a:1'),
  file('listen: 7400'),
  file('title: 5'),
  file('title: ABC'),
  file('count: many'),
  file('count: 10'),
  file('idle: 10'),
  file('room: 64KB'),
  file('quick: maybe'),
  file('mode: clam'),
  file('names: a'),
  file('names: [a, b, c, d]'),
  file('tls: { cert: c }'),
  file('alive: { idel: 1s }'),
  file('', 'limits: { windw: 99 }\n'),
  file('', 'log: { level: loud }\n'),
  file('', 'nonsense: 1\n'),
  file('', 'persistence: { use: memory, file: x }\n'),
  file('', 'guards: { a: { words: [x] } }\n'),
  file('', 'guards: { a: { use: words, words: [x], onFailure: maybe } }\n'),
  file('', 'guards: { a: { use: words, words: [x], tries: 3 } }\n'),
  file('', 'guards: [a]\n'),
  file('', 'answers: {}\n'),
  file('', 'answers: shelf\n'),
  file('', 'answers: { use: shelf }\n'),
  file('', 'answers: { a: { use: shelf, url: x } }\n'),
  file('', 'consumers: { a: { use: hook, url: x, tries: 0 } }\n'),
  file('', 'consumers: { a: { use: hook } }\n'),
  file('', 'ordering: { use: by-clock, direct: { use: by-clock } }\n'),
  file('', 'ordering: { groups: { use: by-clock } }\n'),
  file('', 'ordering: { group: { use: by-clock, windw: 2s } }\n'),
  'node: { name: n }\ntransports: { a: { use: every } }',
  'node: { name: n, data: d }',
  'node: { name: n, data: d }\ntransports: {}',
  'node: { name: n, data: d }\ntransports: { a: {} }',
  'node: { name: n, data: d }\ntransports: { 9a: { use: every } }',
];

describe('the JSON Schema for editors', () => {
  for (const yaml of GOOD) {
    it(`accepts what the node accepts: ${JSON.stringify(yaml.slice(69))}`, async () => {
      await load(yaml);
      assert.ok(accepted(yaml));
    });
  }

  for (const yaml of BAD) {
    it(`refuses what the node refuses: ${JSON.stringify(yaml.slice(-60))}`, async () => {
      await assert.rejects(load(yaml));
      assert.ok(!accepted(yaml));
    });
  }

  it('lets a plugin of one’s own be named by path, with any settings', () => {
    assert.ok(accepted('node: { name: n, data: d }\ntransports: { a: { use: ./mine, x: 1 } }'));
  });

  it('accepts the configuration that comes with the package', () => {
    const whole = JSON.parse(readFileSync('im.schema.json', 'utf8')) as Schema;
    assert.ok(accepts(whole, parse(readFileSync('im.config.yaml', 'utf8'))));
  });
});
