/** What keeps a node from starting is told in a sentence, with what to do, and an exit code. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess, type Differences } from '../scenes/server-process.ts';

const root = join(import.meta.dirname, '..', '..');

/** Runs `im start` until it ends, for at most 20 s. */
function failedStart(configFile: string): { code: number | null; output: string } {
  const args = ['--conditions=im-src', join(root, 'bin', 'im.js'), 'start', '--config', configFile];
  const ended = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
  return { code: ended.status, output: ended.stdout + ended.stderr };
}

describe('a start that cannot succeed', function () {
  this.timeout(40_000);
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'im-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function attempt(differences: Differences): { code: number | null; output: string } {
    return failedStart(new ServerProcess(folder, './data/auth.key', differences).configFile);
  }

  it('because the port is taken names the address', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, output } = attempt({
      transports: { tcp: { use: 'tcp-tlv', listen: `127.0.0.1:${port}` } },
    });
    other.close();
    assert.equal(code, 1, output);
    assert.match(output, /im\.config\.yaml:\d+:\d+ transports\.tcp\.listen IM_LISTEN_TAKEN /);
    assert.match(output, new RegExp(`127\\.0\\.0\\.1:${port} is already in use`));
    assert.match(output, /choose another port under transports\.tcp\.listen/);
  });

  it('because the data folder cannot be made names the folder', () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, output } = attempt({ node: { name: 'im-1', data: './file/data' } });
    assert.equal(code, 1, output);
    assert.match(output, /the data folder .*file\/data cannot be used/);
  });

  it('because the store is no database says which file', () => {
    writeFileSync(
      join(folder, 'im.db'),
      'this is no database, but a text of some length\n'.repeat(50),
    );
    const { code, output } = attempt({ persistence: { use: 'sqlite', file: './im.db' } });
    assert.equal(code, 1, output);
    assert.match(output, /im\.db cannot be opened/);
  });

  it('because another node holds the store says so, and the other goes on', async () => {
    const first = new ServerProcess(folder, './data/auth.key');
    await first.start();
    const { code, output } = failedStart(first.configFile);
    await first.stop();
    assert.equal(code, 1, output);
    assert.match(output, /im\.db cannot be opened/);
  });

  it('because the configuration is wrong lists every problem with its place, and ends with 7', () => {
    const file = join(folder, 'im.config.yaml');
    writeFileSync(
      file,
      'node: { name: im-1, data: ./data }\ntransports:\n  tcp: { use: tpc-tlv }\nordring: { use: x }\n',
    );
    const { code, output } = failedStart(file);
    assert.equal(code, 7, output);
    assert.match(output, /im\.config\.yaml:3:\d+ transports\.tcp\S* .*tcp-tlv/);
    assert.match(output, /im\.config\.yaml:4:1 ordring .*ordering/);
  });

  it('because there is no configuration says how to name one, and ends with 7', () => {
    const { code, output } = failedStart(join(folder, 'nowhere.yaml'));
    assert.equal(code, 7, output);
    assert.match(output, /nowhere\.yaml cannot be read/);
    assert.match(output, /--config FILE/);
  });
});
