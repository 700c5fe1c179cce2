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

  /** The same while another program listens on the port that is written into the file. */
  async function attemptWhereTaken(
    differences: (port: number) => Differences,
  ): Promise<{ code: number | null; output: string; port: number }> {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const ended = attempt(differences(port));
    other.close();
    return { ...ended, port };
  }

  it('because the port is taken names the address', async () => {
    const { code, output, port } = await attemptWhereTaken((taken) => ({
      transports: { tcp: { use: 'tcp-tlv', listen: `127.0.0.1:${taken}` } },
    }));
    assert.equal(code, 1, output);
    assert.match(output, /im\.config\.yaml:\d+:\d+ transports\.tcp\.listen IM_LISTEN_TAKEN /);
    assert.match(output, new RegExp(`127\\.0\\.0\\.1:${port} is already in use`));
    assert.match(output, /choose another port under transports\.tcp\.listen/);
  });

  it('because the port of its links, its gateway or its sequencer is taken names the setting', async () => {
    const cluster = { name: 'demo' };
    for (const [setting, code, differencesOf] of [
      ['cluster.link', 'IM_LINK_LISTEN', (link: string) => ({ cluster: { ...cluster, link } })],
      ['gateway.listen', 'IM_GATEWAY_LISTEN', (listen: string) => ({ gateway: { listen } })],
      [
        'ordering.sequencer.listen',
        'IM_LINK_LISTEN',
        (listen: string) => ({ ordering: { use: 'central-sequencer', sequencer: { listen } } }),
      ],
    ] as const) {
      const { output, ...ended } = await attemptWhereTaken((port) =>
        differencesOf(`127.0.0.1:${port}`),
      );
      const where = `im\\.config\\.yaml:\\d+:\\d+ ${setting} ${code} `;
      assert.match(output, new RegExp(`${where}.*127\\.0\\.0\\.1:${ended.port}`), output);
      assert.equal(ended.code, 1, output);
    }
  });

  it('because its secret for links is none names the file', () => {
    writeFileSync(join(folder, 'short.key'), 'c2hvcnQ\n', { mode: 0o600 });
    const cluster = { name: 'demo', link: '127.0.0.1:0', secretFile: './short.key' };
    const { code, output } = attempt({ cluster });
    assert.equal(code, 1, output);
    assert.match(output, /im\.config\.yaml:\d+:\d+ cluster\.secretFile IM_LINK_SECRET /);
  });

  it('because the data folder cannot be made names the folder', () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, output } = attempt({ node: { name: 'im-1', data: './file/data' } });
    assert.equal(code, 1, output);
    assert.match(output, /yaml:\d+:\d+ node\.data .*the data folder .*file\/data cannot be used/);
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
