/** Starts that fail in a part: the message says which, why and what to do; nothing is left. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ServerProcess, type Differences } from '../scenes/server-process.ts';

const root = join(import.meta.dirname, '..', '..');
const startMaxMs = 20_000;

/** An ordering that is placed where the checkout's plugins find its contract. */
function ordering(start: string): string {
  return `
import { definePlugin } from '${join(root, 'core', 'contract', 'index.ts')}';
export default definePlugin({
  contract: 1, role: 'ordering', type: 'broken', summary: 'It does not start.',
  stability: 'experimental', config: {},
  create: () => ({
    rule: { strategy: 'broken', holdMs: 0, maxHoldMs: 0 },
    start: () => ${start},
    stop: () => Promise.resolve(),
    place: (batch) => batch.map(({ position }) => position),
  }),
});
`;
}

describe('a start that fails in a part', function () {
  this.timeout(40_000);
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'im-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function attempt(differences: Differences, keyFile = './data/auth.key') {
    const { configFile } = new ServerProcess(folder, keyFile, differences);
    const launcher = ['--conditions=im-src', join(root, 'bin', 'im.js')];
    const ended = spawnSync(process.execPath, [...launcher, 'start', '--config', configFile], {
      encoding: 'utf8',
      timeout: startMaxMs,
    });
    return { code: ended.status, output: ended.stdout + ended.stderr };
  }

  function plugin(text: string): Differences {
    writeFileSync(join(folder, 'broken.ts'), text);
    return { ordering: { use: './broken.ts' } };
  }

  it('says that the data folder cannot be written', () => {
    let data = join(folder, 'locked');
    mkdirSync(data);
    chmodSync(data, 0o500);
    // What stops others does not stop root; the kernel's own folder stops root too.
    if (process.getuid?.() === 0) data = '/proc';
    const { code, output } = attempt(
      { node: { data }, persistence: { file: join(data, 'im.db') } },
      join(data, 'auth.key'),
    );
    assert.equal(code, 1, output);
    assert.match(output, /im\.db cannot be opened: /);
    assert.match(output, /this user may write there/);
  });

  it('says that the file of the store is on a disk that is read-only', () => {
    const disk = join(folder, 'disk');
    const file = join(disk, 'im.db');
    mkdirSync(disk);
    new DatabaseSync(file).close();
    chmodSync(disk, 0o500);
    chmodSync(file, 0o400);
    // What stops others does not stop root; a mount does.
    const mounts = process.getuid?.() === 0;
    const mount = ['--bind', '-o', 'ro', disk, disk];
    if (mounts && spawnSync('mount', mount).status !== 0) {
      console.log('      nothing can be mounted here: a read-only disk was NOT tried');
      return;
    }
    try {
      const { code, output } = attempt({ persistence: { file } });
      assert.equal(code, 1, output);
      assert.match(output, /im\.config\.yaml:\d+:\d+ persistence\.file IM_STORE_OPEN .*im\.db/);
      assert.match(output, /read-?only.*\nCheck that .* this user may write there/i);
    } finally {
      if (mounts) spawnSync('umount', [disk]);
      chmodSync(disk, 0o700);
    }
  });

  it('says that the file of the store is of a newer version', () => {
    const file = join(folder, 'im.db');
    const first = new DatabaseSync(file);
    first.exec('PRAGMA application_id = 0x696d6b6e; PRAGMA user_version = 1000; CREATE TABLE t(a)');
    first.close();
    const { code, output } = attempt({ persistence: { file } });
    assert.equal(code, 1, output);
    assert.match(output, /im\.db was written by a newer version \(schema 1000, known up to \d+\)/);
    assert.match(output, /Start that newer version, or restore a backup/);
  });

  const badKeys: Record<string, (file: string) => void> = {
    'is a folder': (file) => mkdirSync(file),
    'is too short': (file) => writeFileSync(file, 'short', { mode: 0o600 }),
  };
  for (const [what, make] of Object.entries(badKeys))
    it(`says that the key cannot be used when it ${what}`, () => {
      make(join(folder, 'my.key'));
      const { code, output } = attempt({}, './my.key');
      assert.notEqual(code, 0);
      assert.match(output, /the key .*my\.key cannot be used: /);
      assert.match(output, /Give a file of at least 32 octets/);
    });

  it('says that a plugin cannot be loaded, and where', () => {
    const { code, output } = attempt(plugin("throw new Error('no coffee');"));
    assert.equal(code, 7, output);
    assert.match(output, /im\.config\.yaml:\d+:\d+ ordering\S* .*broken\.ts.*no coffee/);
  });

  it('says why a plugin did not start', () => {
    const { code, output } = attempt(plugin(ordering("Promise.reject(new Error('no coffee'))")));
    assert.equal(code, 1, output);
    assert.match(output, /ordering did not start: no coffee/);
  });

  it('names the plugin whose start hangs, ends it, and stops what had started', () => {
    const { code, output } = attempt({
      ...plugin(ordering('new Promise(() => {})')),
      limits: { startTimeout: '1500ms', stopTimeout: '300ms' },
    });
    assert.equal(code, 1, output);
    assert.match(output, /ordering was not done with starting after 1500 ms/);
    assert.match(output, /raise limits\.startTimeout/);
    assert.equal(existsSync(join(folder, 'data', 'im.db-wal')), false, 'the store was not closed');
  });
});
