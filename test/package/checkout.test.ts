/** A checkout has no compiled code; whoever runs it from elsewhere need not know. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, startNode } from './run.ts';

const launcher = join(import.meta.dirname, '..', '..', 'bin', 'im.js');
const CONFIGURATION = `node: { name: im-1, data: ./data }
transports: { tcp: { use: tcp-tlv, listen: 127.0.0.1:0 } }
persistence: { use: sqlite, file: ./data/im.db }
`;

describe('a checkout, used from another folder without any options of Node', function () {
  this.timeout(60_000);
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'im-checkout-'));
    await writeFile(join(folder, 'im.config.yaml'), CONFIGURATION);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('runs a node, the thread of its store too', async () => {
    const server = await startNode(folder, [launcher, 'start']);
    assert.match(server.addresses.join(), /^tcp:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(await server.stop(), '0');
  });

  it('runs through a link, which is what npm makes of it', async () => {
    const link = join(folder, 'im');
    await symlink(launcher, link);
    const checked = await run(folder, link, ['check']);
    assert.equal(checked.code, 0, checked.output);
  });
});
