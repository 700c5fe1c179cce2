/** `im doctor` beside a real server, without it, and with a file that is wrong. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../cli/admin/doctor-checks.ts';
import { ServerProcess } from '../scenes/server-process.ts';
import { configIn, im, inFolder } from '../unit/cli/rig.ts';

interface Told {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

async function doctor(file: string): Promise<Told & { readonly code: number }> {
  const { code, out } = await im(['doctor', '--config', file, '--json']);
  return { code, ...(JSON.parse(out) as Told) };
}

describe('im doctor', function () {
  this.timeout(60_000);

  it('finds a server well as far as to a client that it welcomes, and then its end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'im-doctor-'));
    const server = new ServerProcess(folder, './data/auth.key', {});
    try {
      await server.start();
      const well = await doctor(server.configFile);
      assert.deepEqual(
        well.findings.filter(({ state }) => state === 'failed'),
        [],
      );
      assert.deepEqual([well.code, well.ok], [0, true]);
      const stages = well.findings.filter(({ state }) => state === 'ok').map(({ stage }) => stage);
      assert.deepEqual(
        [...new Set(stages)],
        ['configuration', 'data folder', 'node', 'health', 'store', 'clients'],
      );
      assert.equal(stages.filter((stage) => stage === 'clients').length, 2);
      const { out } = await im(['doctor', '--config', server.configFile]);
      assert.match(out, /^ok +node +\S+, version \S+, answers$/m);
      await server.stop();
      const ended = await doctor(server.configFile);
      const bad = ended.findings.filter(({ state }) => state === 'failed');
      assert.deepEqual([ended.code, ended.ok], [1, false]);
      assert.deepEqual(
        bad.map(({ stage }) => stage),
        ['node'],
      );
      assert.match(bad[0]?.act ?? '', /^Start the node /);
      writeFileSync(server.configFile, 'nonsense: 1\n');
      const { code, findings } = await doctor(server.configFile);
      assert.equal(code, 1);
      assert.ok(
        findings.every(({ stage, state }) => stage === 'configuration' && state === 'failed'),
      );
      assert.match(findings[0]?.what ?? '', /im\.config\.yaml:1:1 /);
    } finally {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('finds another program at the port of a node that is not there', () =>
    inFolder(async (folder) => {
      const other = createServer();
      await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as AddressInfo;
      const text = `node: { name: im-1, data: ./data }
transports: { tcp: { use: tcp-tlv, listen: 127.0.0.1:${port} } }
`;
      const { code, findings } = await doctor(await configIn(folder, text));
      other.close();
      assert.equal(code, 1);
      const bad = findings.filter(({ state }) => state === 'failed');
      assert.deepEqual(
        bad.map(({ stage }) => stage),
        ['ports', 'node'],
      );
      assert.match(bad[0]?.what ?? '', /^another program listens at tcp 127\.0\.0\.1:\d+$/);
    }));

  it('takes a node that knows no token of ours for no other program', () =>
    inFolder(async (folder) => {
      const told = { code: 'IM_ADMIN_TOKEN', message: 'no token was given', act: 'Give one.' };
      const node = createHttpServer((_, reply) => reply.writeHead(401).end(JSON.stringify(told)));
      await new Promise<void>((resolve) => void node.listen(0, '127.0.0.1', resolve));
      const { port } = node.address() as AddressInfo;
      const text = `node: { name: im-1, data: ./data }
transports: { tcp: { use: tcp-tlv, listen: 127.0.0.1:${port} } }
`;
      const config = await configIn(folder, text);
      const there = ['--url', `http://127.0.0.1:${port}`];
      const { out } = await im(['doctor', '--config', config, ...there, '--json']);
      node.close();
      const bad = (JSON.parse(out) as Told).findings.filter(({ state }) => state === 'failed');
      assert.deepEqual(
        bad.map(({ stage, what }) => [stage, what]),
        [['node', 'IM_ADMIN_TOKEN no token was given']],
      );
    }));
});
