import assert from 'node:assert/strict';
import { readBounded } from '../../../core/config/read-file.ts';
import { file, load, problemsOf } from './rig.ts';

/** Files that are no configuration at all: one problem, at this place, with this beginning. */
const FILES: readonly (readonly [name: string, yaml: string, problem: RegExp])[] = [
  ['an empty file', '', /^1:1 is empty/],
  ['only a comment', '# nothing\n', /^1:1 is empty/],
  ['only a null', '~', /^1:1 is empty/],
  ['a list at the top', '- a\n- b\n', /^1:1 must hold settings by name/],
  ['a text at the top', 'hello', /^1:1 must hold settings by name/],
  ['two documents', 'a: 1\n---\nb: 2\n', /^2:1 is not YAML: Source contains multiple documents/],
  ['an unclosed bracket', 'node: { name: x\n', /^\d:\d+ is not YAML: /],
  ['a tab for indentation', 'node:\n\tname: x\n', /^2:\d+ is not YAML: Tabs/],
  ['a key that is a list', '? [a]\n: 1\n', /^1:\d+ is not YAML: With stringKeys/],
  [
    'a variable inside braces',
    'node: { name: ${X} }\n',
    /^1:\d+ is not YAML: .*\$\{…\} needs quotes/,
  ],
  ['an old version of YAML', '%YAML 1.1\n---\nnode: yes\n', /^1:1 must be YAML 1\.2/],
];

describe('a file that is no configuration', () => {
  for (const [name, yaml, problem] of FILES) {
    it(`is refused with one reason: ${name}`, async () => {
      const [found = ''] = await problemsOf(yaml);
      assert.match(found, problem);
    });
  }

  it('is refused when it is not UTF-8', async () => {
    const problems = await problemsOf(Uint8Array.of(0x6e, 0xff, 0xfe));
    assert.deepEqual(problems, ['1:1 is not UTF-8 text']);
  });

  it('is refused from its length when it has 10 MB', async () => {
    const problems = await problemsOf(new Uint8Array(10_000_000).fill(0x61));
    assert.deepEqual(problems, ['1:1 is longer than 1MiB; this cannot be a configuration']);
  });

  it('is never read beyond the bound, not even from a device without an end', async () => {
    assert.equal((await readBounded('/dev/zero', 1000)).length, 1001);
  });

  it('is refused with 1 MiB of keys in reasonable time', async () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n');
    const problems = await problemsOf(keys);
    assert.match(problems.at(-1) ?? '', /more problems$/);
  }).timeout(10_000);
});

describe('a hostile file', () => {
  it('cannot blow up through aliases', async () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      const inner = i === 0 ? '"x"' : `*a${i - 1}`;
      return `b${i}: &a${i} [${Array(9).fill(inner).join(', ')}]`;
    });
    const problems = await problemsOf(levels.join('\n'));
    assert.ok(
      problems.some((one) => /is beyond the 50 aliases/.test(one)),
      problems.join('\n'),
    );
  });

  it('cannot run in a circle', async () => {
    const problems = await problemsOf('node: &a { name: *a }\n');
    assert.ok(
      problems.some((one) => /nested deeper|aliases|is not YAML/.test(one)),
      problems.join(),
    );
  });

  it('cannot refer to what is not there', async () => {
    const problems = await problemsOf('node: *gone\n');
    assert.ok(problems.includes('1:7 node refers to *gone, which is not defined above it'));
  });

  it('cannot nest without end', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    assert.ok((await problemsOf(`node: ${deep}`)).length > 0);
    const less = `${'['.repeat(100)}${']'.repeat(100)}`;
    assert.match((await problemsOf(`node: ${less}`))[0] ?? '', /is nested deeper than 32 levels/);
  });

  it('cannot pollute objects through __proto__ or merge keys', async () => {
    const yaml = `__proto__: { polluted: 1 }
constructor: { prototype: { polluted: 1 } }
base: &base { __proto__: { polluted: 1 } }
node: { <<: *base, name: n, data: d }
`;
    const problems = await problemsOf(yaml);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    for (const path of ['__proto__', 'constructor', 'base', 'node.<<']) {
      assert.ok(
        problems.some((one) => one.includes(` ${path} is unknown`)),
        path,
      );
    }
  });

  it('cannot read inherited names as environment variables', async () => {
    const [problem] = await problemsOf(file('title: ${constructor}'));
    assert.match(problem ?? '', /constructor, which is not set/);
  });

  it('is accepted when it only looks hostile', async () => {
    const settings = await load(file('title: "null"\nnames: ["__proto__", "${A:-}", "$${A}"]'));
    assert.deepEqual(settings.transports[0]?.config['names'], ['__proto__', '', '${A}']);
    assert.equal(settings.transports[0]?.config['title'], 'null');
  });
});
