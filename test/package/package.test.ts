/** What a stranger gets who installs the package: nothing of the checkout is in reach. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync } from 'node:fs';
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { installed } from './install.ts';
import { must, run, startNode, type Ran } from './run.ts';
import { onTerminal } from './terminal.ts';

const root = join(import.meta.dirname, '..', '..');
const node = process.execPath;

const LAST_ROW = / q quit$/m;

describe('the package, installed in an empty folder', function () {
  this.timeout(60_000);
  let folder = '';
  let home = '';
  let package_ = '';

  before(async function () {
    this.timeout(240_000);
    folder = await mkdtemp(join(tmpdir(), 'im-package-'));
    home = await installed(folder);
    package_ = join(home, 'node_modules', 'im-kernel');
    await cp(join(import.meta.dirname, 'stranger'), home, { recursive: true });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function im(...args: readonly string[]): Promise<Ran> {
    return run(home, node, [join('node_modules', '.bin', 'im'), ...args]);
  }

  /** Compiles with the types of the package, checked themselves, and no others but `types`. */
  function typeCheck(file: string, options: readonly string[]): Promise<string> {
    const compiler = join(root, 'node_modules', '.bin', 'tsc');
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];
    const checked = ['--noEmit', '--skipLibCheck', 'false', '--target', 'es2024'];
    return must(home, compiler, [...strict, ...checked, ...options, file]);
  }

  it('holds compiled code, a type for each file of it, and no tests but the kit', () => {
    const held = readdirSync(package_, { recursive: true, encoding: 'utf8' });
    const compiled = held.filter((path) => /^dist\/.*\.js$/.test(path));
    assert.ok(compiled.length > 100, `${compiled.length} files`);
    for (const path of compiled) assert.ok(held.includes(path.replace(/\.js$/, '.d.ts')), path);
    const others = held.filter(
      (path) => path.startsWith('dist/') && /\.\w+$/.test(path) && !/\.(js|d\.ts)$/.test(path),
    );
    assert.deepEqual(others, []);
    const tests = held.filter((path) => /(^|\/)(test|bench)\//.test(path));
    assert.deepEqual(
      tests.filter((path) => !/^dist\/test\/kit(\/|$)/.test(path)),
      [],
    );
  });

  it('has every file that its manifest names', async () => {
    const manifest = JSON.parse(await readFile(join(package_, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
      files: string[];
      browser: Record<string, string>;
      exports: Record<string, string | Record<string, string>>;
    };
    const { bin, files, browser, exports } = manifest;
    const targets = Object.values(exports).flatMap((target) =>
      typeof target === 'string' ? target : [target['types'], target['default']],
    );
    const compiled = Object.entries(browser).filter(([from]) => from.startsWith('./dist/'));
    const named = [...Object.values(bin), ...files, ...targets, ...compiled.flat()];
    const missing = named.filter(
      (path) => path === undefined || globSync(path, { cwd: package_ }).length === 0,
    );
    assert.deepEqual(missing, []);
  });

  it('says what to begin with where there is no configuration, and that then suffices', async () => {
    const { code, output } = await im('start');
    assert.equal(code, 7, output);
    assert.match(output, /im\.config\.yaml and im\.schema\.json from node_modules\/im-kernel/);
    for (const file of ['im.config.yaml', 'im.schema.json'])
      await copyFile(join(package_, file), join(home, file));
    const checked = await im('check');
    assert.equal(checked.code, 0, checked.output);
    assert.match(checked.output, /^im\.config\.yaml: OK$/m);
  });

  it('lists every plugin that the sources hold', async () => {
    const { code, output } = await im('list');
    assert.equal(code, 0, output);
    const [, ...rows] = output.trim().split('\n');
    const types = rows.map((row) => row.split(/\s+/)[1] ?? '');
    const folders = globSync('plugins/*/*/index.ts', { cwd: root });
    assert.deepEqual(new Set(types), new Set(folders.map((path) => path.split('/')[2])));
    assert.equal(types.length, folders.length);
  });

  it('writes a plugin whose test passes, and two chat through a node that uses it', async () => {
    const written = await im('new', 'plugin', 'ordering', 'my-order');
    assert.equal(written.code, 0, written.output);
    const tested = await must(home, node, ['--test', 'plugins/my-order/my-order.test.ts']);
    assert.match(tested, /^. fail 0$/m);
    assert.match(tested, /^. pass [1-9]\d*$/m);

    const usual = await readFile(join(package_, 'im.config.yaml'), 'utf8');
    const own = usual
      .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:0')
      .replace('use: conversation-owner', 'use: ./plugins/my-order');
    assert.match(own, /my-order/);
    await writeFile(join(home, 'im.config.yaml'), own);

    const server = await startNode(home, [join('node_modules', '.bin', 'im'), 'start']);
    const tokens = await Promise.all(['ann', 'bob'].map((user) => im('token', user)));
    const chat = ['two-chat.js', ...server.addresses, ...tokens.map(({ output }) => output.trim())];
    const said = await must(home, node, chat);
    assert.equal(await server.stop(), '0');
    assert.deepEqual(said.trim().split('\n').toSorted(), [
      'accepted at 1, on disk',
      'd/ann/bob ann: good morning',
      'received',
    ]);
    assert.ok(existsSync(join(home, 'data', 'im.db')));
  });

  it('shows a node in a terminal, and as one picture where there is none', async () => {
    const usual = await readFile(join(package_, 'im.config.yaml'), 'utf8');
    const own = usual.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:0');
    await writeFile(join(home, 'im.config.yaml'), own);
    const server = await startNode(home, [join('node_modules', '.bin', 'im'), 'start']);
    const terminal = onTerminal(home, `'${node}' node_modules/.bin/im top`);
    try {
      const [piped] = await Promise.all([im('top', '--screen', 'plugins'), terminal.see(LAST_ROW)]);
      assert.equal(piped.code, 0, piped.output);
      assert.match(piped.output, /^ im-1 ● live via [^]*persistence +● running/);
      // oxlint-disable-next-line no-control-regex -- escape sequences are what this is about
      assert.doesNotMatch(piped.output, /\u001b/);
      terminal.type('2');
      const screen = await terminal.see(/ Sessions 0 [^]* help$/m);
      for (const row of screen.split('\n').slice(2, -1)) assert.match(row, /^[┌│└].{78}[┐│┘]$/u);
      terminal.type('q');
      const { code, screen: left } = await terminal.end();
      assert.deepEqual([code, left.trim()], [0, '']);
    } finally {
      terminal.close();
      assert.equal(await server.stop(), '0');
    }
    const away = await im('top');
    assert.equal(away.code, 3, away.output);
    assert.match(away.output, /^IM_ADMIN_UNREACHABLE /);
  });

  it('gives types to plugins, their tests and programs', async () => {
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
    await typeCheck('consumer.ts', ['--module', 'nodenext', ...types]);
  });

  it('gives types to a page that knows nothing of Node', async () => {
    const web = ['--lib', 'es2024,dom', '--types', ''];
    await typeCheck('page.ts', ['--module', 'esnext', '--moduleResolution', 'bundler', ...web]);
  });

  it('bundles its client for a browser without anything of Node', async () => {
    const entry = join(home, 'page.ts');
    const options = { bundle: true, write: false, platform: 'browser', format: 'esm' } as const;
    const { outputFiles, warnings } = await build({ ...options, entryPoints: [entry] });
    const text = outputFiles[0]?.text ?? '';
    assert.deepEqual(warnings, []);
    assert.ok(text.includes('im.tlv.1'));
    assert.deepEqual(text.match(/["']node:\w+|\brequire\(/g) ?? [], []);
  });

  it('says which Node it needs where none fits, and ends with 78', async () => {
    const launcher = await readFile(join(package_, 'bin', 'im.js'), 'utf8');
    const aged = launcher.replace('NEEDED = [24, 19]', 'NEEDED = [999, 0]');
    assert.notEqual(aged, launcher);
    await writeFile(join(package_, 'bin', 'aged.js'), aged);
    const { code, output } = await run(home, node, [join(package_, 'bin', 'aged.js'), 'start']);
    assert.equal(code, 78, output);
    assert.match(output, /^im needs Node\.js 999\.0 or newer.*\n.*`npm install node@24`/);
  });
});
