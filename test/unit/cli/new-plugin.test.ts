import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROLES } from '../../../core/contract/index.ts';
import { discover } from '../../../core/kernel/discover.ts';
import { im, inFolder, SMALL } from './rig.ts';

const run = promisify(execFile);

/** Runs a test file as its author would, outside of this run of the tests. */
async function nodeTest(file: string): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const options = ['--conditions=im-src', '--test', '--test-reporter=tap', file];
  const { stdout } = await run(process.execPath, options, { env });
  return stdout;
}

describe('im new plugin', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'im-new-'));
    await mkdir(join(folder, 'node_modules'));
    await symlink(process.cwd(), join(folder, 'node_modules', 'im-kernel'));
    await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }');
  });
  after(() => rm(folder, { recursive: true }));

  for (const role of ROLES) {
    it(`writes a plugin for ${role} whose own test passes as it is`, async () => {
      const dir = join(folder, 'plugins');
      const name = `my-${role}`;
      const { code, out } = await im(['new', 'plugin', role, name, '--dir', dir]);
      assert.equal(code, 0);
      assert.match(out, /node --test .*\.test\.ts/);
      const said = await nodeTest(join(dir, name, `${name}.test.ts`));
      assert.match(said, /^# fail 0$/m);
      assert.match(said, /^# pass [1-9]\d*$/m);
      const plugin = await discover(role, `./${name}`, dir);
      assert.deepEqual([plugin.role, plugin.type], [role, name]);
    }).timeout(60_000);
  }

  it('prints the lines that use it, which a configuration accepts', () =>
    inFolder(async (other) => {
      const file = join(other, 'im.config.yaml');
      const dir = join(folder, 'more');
      const argv = ['new', 'plugin', 'authentication', 'my-login', '--dir', dir, '--config', file];
      const { out } = await im(argv);
      const yaml = out.slice(out.indexOf('authentication:\n'));
      assert.match(yaml, /use: \.\.\/.*\/more\/my-login\n {2}secret: \$\{IM_SECRET\}$/);
      await writeFile(file, `${SMALL}${yaml}\n`);
      const checked = await im(['check', '--config', file], { IM_SECRET: 's'.repeat(32) });
      assert.deepEqual([checked.code, checked.err], [0, '']);
      assert.match(checked.out, /authentication +my-login/);
    }));

  it('never writes over what is there', async () => {
    const dir = join(folder, 'twice');
    assert.equal((await im(['new', 'plugin', 'ordering', 'mine', '--dir', dir])).code, 0);
    await writeFile(join(dir, 'mine', 'index.ts'), 'my work');
    const { code, err } = await im(['new', 'plugin', 'failover', 'mine', '--dir', dir]);
    assert.equal(code, 2);
    assert.match(err, /is there already/);
    assert.equal(await readFile(join(dir, 'mine', 'index.ts'), 'utf8'), 'my work');
  });

  it('refuses unknown roles and names that are none', async () => {
    const role = await im(['new', 'plugin', 'odering', 'mine', '--dir', folder]);
    assert.equal(role.code, 2);
    assert.match(role.err, /Did you mean ordering\?/);
    for (const name of ['Mine', '../mine', 'mi/ne', '9x', '']) {
      assert.equal((await im(['new', 'plugin', 'ordering', name, '--dir', folder])).code, 2, name);
    }
  });
});
