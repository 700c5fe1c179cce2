/** The page for plugin authors is run as it stands: its code, its test and its configuration. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { loadSettings } from '../../../core/config/load-settings.ts';
import { discover, knownPlugins } from '../../../core/kernel/discover.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const block = /^```\w+ file=(\S+)\n(.*?)^```$/gms;

describe('docs/writing-a-plugin.md', () => {
  let folder = '';
  let files: Map<string, string>;

  before(async () => {
    const page = await readFile(join(root, 'docs', 'writing-a-plugin.md'), 'utf8');
    files = new Map([...page.matchAll(block)].map(([, name = '', code = '']) => [name, code]));
    // Inside the checkout, so that `im-kernel/…` is found as it is from an installed package.
    await mkdir(join(root, 'tmp'), { recursive: true });
    folder = await mkdtemp(join(root, 'tmp', 'writing-a-plugin-'));
    for (const [name, code] of files) await writeFile(join(folder, name), code);
  });
  after(() => rm(folder, { recursive: true }));

  it('shows a plugin, its test and its configuration', () => {
    assert.deepEqual(
      [...files.keys()],
      ['arrival-time.ts', 'arrival-time.test.ts', 'im.config.yaml'],
    );
  });
  it('shows a plugin that the kernel loads', async () => {
    const plugin = await discover('ordering', './arrival-time.ts', folder);
    assert.equal(plugin.type, 'arrival-time');
  });
  it('shows a test that passes as it stands, under node --test', async () => {
    // Without the variable by which a test runner tells its children to report in its own way.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const options = ['--conditions=im-src', '--no-warnings', '--test', 'arrival-time.test.ts'];
    const child = spawn(process.execPath, options, { cwd: folder, env });
    const exited = once(child, 'exit') as Promise<[number | undefined]>;
    const [printed, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      exited,
    ]);
    assert.equal(code, 0, printed + errors);
    const passed = /\bpass (\d+)/.exec(printed)?.[1];
    assert.ok(Number(passed) >= 14, printed);
    assert.match(printed, /\bfail 0\b/);
  });
  it('shows a configuration without a problem', async () => {
    const settings = await loadSettings(join(folder, 'im.config.yaml'), {
      env: {},
      find: discover,
      known: async (role) => (await knownPlugins(role)).map(({ type }) => type),
    });
    assert.equal(settings.ordering.direct.type, 'arrival-time');
    assert.deepEqual(settings.ordering.direct.config, { maxHold: 2_000 });
  });
  it('is short in its code: lines fit a page', () => {
    const long = [...files.values()]
      .flatMap((code) => code.split('\n'))
      .filter((l) => l.length > 100);
    assert.deepEqual(long, []);
  });
});
