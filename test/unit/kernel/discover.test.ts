import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ImError, ROLE_FOLDERS, ROLES } from '../../../core/contract/index.ts';
import { discover, knownPlugins } from '../../../core/kernel/discover.ts';

const plain = `{ contract: 1, role: 'failover', type: 'mine', summary: 'Mine.',
  stability: 'stable', config: {}, create: () => ({}) }`;

describe('discovering a plugin', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'im-discover-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function put(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  async function typeOf(use: string): Promise<string> {
    return (await discover('failover', use, folder)).type;
  }
  async function refused(code: ImError['code'], use: string, why: RegExp): Promise<void> {
    const error = await discover('failover', use, folder).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ImError, `${use}: ${String(error)}`);
    assert.equal(error.code, code);
    assert.match(error.message, why);
    assert.ok(error.message.includes(use), error.message);
  }

  it('finds every one of ours by its folder’s name, with its own type and role', async () => {
    const known = await knownPlugins();
    assert.ok(known.length >= 5, `${known.length} plugins`);
    for (const { role, type } of known) {
      assert.equal((await discover(role, type, folder)).type, type);
    }
    const roles = known.map(({ role }) => role);
    assert.deepEqual([...new Set(roles)], [...ROLES]);
    assert.deepEqual(Object.keys(ROLE_FOLDERS).sort(), [...ROLES].sort());
    assert.deepEqual(
      (await knownPlugins('failover')).map(({ type }) => type),
      known.filter(({ role }) => role === 'failover').map(({ type }) => type),
    );
  });
  it('finds a file or a folder by a path from the configuration’s folder', async () => {
    await put('a/mine.ts', `const plugin: object = ${plain};\nexport default plugin;`);
    await put('b/index.js', `export default ${plain};`);
    await put('c.mjs', `export default ${plain};`);
    for (const use of ['./a/mine.ts', './a/mine', './b', './b/', './c.mjs', join(folder, 'b')]) {
      assert.equal(await typeOf(use), 'mine', use);
    }
    const inner = join(folder, 'a');
    assert.equal((await discover('failover', '../b', inner)).type, 'mine');
  });
  it('finds an npm package as it is seen from the configuration’s folder', async () => {
    const manifests: Record<string, object> = {
      one: { type: 'module', main: './lib.js' },
      two: { type: 'module', exports: './lib.js' },
      three: { type: 'module', exports: { types: './x.d.ts', import: './lib.js' } },
      '@acme/four': { type: 'module', exports: { '.': { default: { node: './lib.js' } } } },
      five: { type: 'module', exports: { './sub': './lib.js' } },
      six: { type: 'module', exports: { './*': './*.js' } },
    };
    for (const [name, manifest] of Object.entries(manifests)) {
      await put(`node_modules/${name}/package.json`, JSON.stringify({ name, ...manifest }));
      await put(`node_modules/${name}/lib.js`, `export default ${plain};`);
    }
    await put(
      'node_modules/old/index.js',
      `exports.__esModule = true; exports.default = ${plain};`,
    );
    await put('node_modules/old/package.json', '{"name":"old"}');
    for (const use of ['one', 'two', 'three', '@acme/four', 'five/sub', 'six/lib', 'old']) {
      assert.equal(await typeOf(use), 'mine', use);
    }
  });
  it('says when nothing has the name', async () => {
    for (const use of ['nope', '@acme/nope', 'fs', 'node:fs', 'plugins/x.ts', '', 'https://x/y']) {
      await refused('IM_PLUGIN_UNKNOWN', use, /no failover plugin is named/);
    }
    await refused('IM_PLUGIN_UNKNOWN', 'memory', /no failover plugin is named "memory"/);
  });
  it('says when a path leads nowhere', async () => {
    await put('empty/readme.md', 'nothing');
    await refused('IM_PLUGIN_LOAD', './gone.ts', /there is no file .*gone\.ts/);
    await refused('IM_PLUGIN_LOAD', './empty', /holds no index\.ts/);
  });
  it('says what keeps a file from loading, and where', async () => {
    await put('enum.ts', `enum E { A }\nexport default ${plain};`);
    await refused('IM_PLUGIN_LOAD', './enum.ts', /enum\.ts:1: .*enum is not supported.*without it/);
    await put('broken.ts', 'export default {\n  a: 1\n  b: 2 };');
    await refused('IM_PLUGIN_LOAD', './broken.ts', /broken\.ts:3: /);
    await put('broken.js', 'export default {\n  a: 1\n  b: 2 };');
    await refused('IM_PLUGIN_LOAD', './broken.js', /Unexpected identifier 'b' in .*broken\.js/);
    await put('view.tsx', `export default ${plain};`);
    await refused('IM_PLUGIN_LOAD', './view.tsx', /use \.ts, \.js or \.mjs/);
    await put('throws.js', `throw new Error('in a bad mood');`);
    await refused('IM_PLUGIN_LOAD', './throws.js', /in a bad mood/);
    await put('odd.js', 'throw undefined;');
    await refused('IM_PLUGIN_LOAD', './odd.js', /undefined/);
  });
  it('says what is missing inside a plugin', async () => {
    await put('lost.js', `import 'no-such-package';\nexport default ${plain};`);
    await refused('IM_PLUGIN_LOAD', './lost.js', /Cannot find package 'no-such-package'/);
    await put('lost-file.js', `import './no-such-file.js';\nexport default ${plain};`);
    await refused('IM_PLUGIN_LOAD', './lost-file.js', /no-such-file\.js/);
    await put('alone.js', `import 'im-kernel/contract';\nexport default ${plain};`);
    await refused('IM_PLUGIN_LOAD', './alone.js', /npm install im-kernel/);
  });
  it('takes no TypeScript from a package', async () => {
    await put('node_modules/typed/package.json', '{"name":"typed","main":"./index.ts"}');
    await put('node_modules/typed/index.ts', `const n: number = 1;\nexport default ${plain};`);
    await refused('IM_PLUGIN_LOAD', 'typed', /a package must hold JavaScript/);
  });
  it('says that a package is broken', async () => {
    await put('node_modules/bad/package.json', '{"name":"bad","main":"./gone.js"}');
    await refused('IM_PLUGIN_LOAD', 'bad', /Cannot find module/);
  });
  it('runs nothing of a module whose shape is wrong', async () => {
    await put('wrong.js', `export const plugin = ${plain};`);
    await refused('IM_PLUGIN_CONTRACT', './wrong.js', /no default export/);
    await put('newer.js', `export default { ...${plain}, contract: 2 };`);
    await refused('IM_PLUGIN_CONTRACT', './newer.js', /contract version 2, this kernel speaks 1/);
    await put('role.js', `export default { ...${plain}, role: 'ordering' };`);
    await refused('IM_PLUGIN_CONTRACT', './role.js', /its role is "ordering".*"failover"/);
  });
});
